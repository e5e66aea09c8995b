"""Guards of stored value: each refuses by itself, whatever was decided before it."""

from collections.abc import Awaitable, Callable

import pytest

from services.shop import Shop
from storage.holds import (
    close_hold,
    count_return,
    insert_hold,
    keep_capture,
    member_agreed,
)
from storage.ledger import BalanceMoved
from storage.sql import rows
from storage.transactions import transactional
from storage.wallet import (
    end_topup,
    finish_topup,
    hold_in_lot,
    hold_on_account,
    insert_topup,
    release_in_lot,
    release_on_account,
)
from tests.services.purses import Counter, a_counter, lots


async def a_card(shop: Shop) -> Counter:
    counter = await a_counter(shop)
    await counter.top_up(1_000, topup_no="T")
    return counter


async def refused(change: Callable[[], Awaitable[object]]) -> None:
    with pytest.raises(BalanceMoved):
        await transactional(change)()


async def test_a_lot_holds_no_more_than_is_left_of_it_and_frees_no_more_than_it_holds(
    shop: Shop,
) -> None:
    counter = await a_card(shop)
    await counter.hold(400)
    [lot] = await rows("SELECT l.id, l.account_id FROM lots l WHERE l.held = 400")
    await refused(lambda: hold_in_lot(lot["id"], 601))
    await refused(lambda: release_in_lot(lot["id"], 401))
    await refused(lambda: hold_on_account(lot["account_id"], 601))
    await refused(lambda: release_on_account(lot["account_id"], 401))
    assert await lots("principal") == [(1_000, 400)]
    assert (await counter.stored()).held_fen == 400


async def test_a_hold_ends_once_whoever_asks(shop: Shop) -> None:
    counter = await a_card(shop)
    hold_id = (await counter.hold(400)).answer["hold_id"]
    states = ("captured", "voided", "expired")
    ended = [await close_hold(hold_id, state, shop.now()) for state in states]
    assert ended == [True, False, False]
    assert not await member_agreed(hold_id)


async def test_no_more_is_given_back_than_was_captured(shop: Shop) -> None:
    counter = await a_card(shop)
    await counter.top_up(300, 100)
    hold_id = (await counter.hold(1_400)).answer["hold_id"]
    await counter.capture(hold_id)
    given = [
        await count_return(hold_id, *part)
        for part in ((1_401, 0), (101, 101), (1_400, 100), (1, 0))
    ]
    assert given == [False, False, True, False]


async def test_a_capture_is_noted_once(shop: Shop) -> None:
    counter = await a_card(shop)
    hold_id = (await counter.hold(400)).answer["hold_id"]
    await counter.capture(hold_id)
    with pytest.raises(AssertionError):
        await keep_capture(hold_id, captured_fen=1, captured_bonus_fen=0, transaction_id=1)
    assert await rows("SELECT captured_fen FROM wallet_holds") == [{"captured_fen": 400}]


async def test_a_number_is_used_once(shop: Shop) -> None:
    counter = await a_card(shop)
    await counter.hold(400, receipt_no="R")
    [topup] = await rows("SELECT * FROM topups")
    [held] = await rows("SELECT * FROM wallet_holds")
    assert await insert_topup(**{k: v for k, v in topup.items() if k != "id"}) is None
    assert await insert_hold(**{k: v for k, v in held.items() if k != "id"}) is None


async def test_a_top_up_is_answered_and_ended_once(shop: Shop) -> None:
    await a_card(shop)
    [topup] = await rows("SELECT id, transaction_id FROM topups")
    with pytest.raises(AssertionError):
        await finish_topup(topup["id"], transaction_id=topup["transaction_id"], answer="{}")
    ended = [await end_topup(topup["id"], state) for state in ("withdrawn", "refunded")]
    assert ended == [True, False]
