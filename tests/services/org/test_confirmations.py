"""确认: bound to person and content, once, for a minute and five tries; repeats tell the same."""

import asyncio
from datetime import timedelta

import pytest

from loyalty.confirmations import (
    ConfirmationDead,
    ConfirmationUnknown,
    ConfirmationWrong,
)
from loyalty.staff import NotAllowed, Role
from services.counter.actions import confirm_action
from services.org.confirmations import cancel_confirmations, is_cancellable
from services.shop import Shop
from storage.sql import rows
from tests.services.staffing import a_staff, asked
from tests.shop_parts import MachineClock, a_follower

WRONG = "AAAAAA"


async def purchases() -> int:
    (found,) = await rows("SELECT COUNT(*) AS n FROM purchases")
    return int(found["n"])


async def test_nothing_happens_before_the_code_and_once_after_it(shop: Shop) -> None:
    chen = await a_staff(shop)
    proposal = await asked(shop, chen, "receipt", "128")
    assert (await purchases(), proposal.life) == (0, timedelta(seconds=60))
    told = await confirm_action(shop, chen, proposal.code, key="m2")
    assert await confirm_action(shop, chen, proposal.code, key="m2") == told
    assert await confirm_action(shop, chen, proposal.code.lower(), key="m3") == told
    assert await purchases() == 1


async def test_the_message_that_asked_shows_the_same_summary_and_code_again(shop: Shop) -> None:
    chen = await a_staff(shop)
    first = await asked(shop, chen, "receipt", "128")
    before = await rows("SELECT * FROM confirmations")
    assert await asked(shop, chen, "receipt", "128") == first
    assert await rows("SELECT * FROM confirmations") == before
    await confirm_action(shop, chen, first.code, key="m2")
    assert await asked(shop, chen, "receipt", "128") == first
    assert await purchases() == 1


async def test_only_a_hash_of_the_code_is_kept(shop: Shop) -> None:
    proposal = await asked(shop, await a_staff(shop), "receipt", "128")
    assert proposal.code not in str(await rows("SELECT * FROM confirmations"))


async def test_ten_deliveries_of_a_confirmation_are_one(shop: Shop) -> None:
    chen = await a_staff(shop)
    code = (await asked(shop, chen, "receipt", "128")).code
    told = await asyncio.gather(*[confirm_action(shop, chen, code, key="m2") for _ in range(10)])
    assert len({answer.text for answer in told}) == 1
    assert await purchases() == 1
    assert await rows("SELECT tries FROM confirmations") == [{"tries": 0}]


async def test_ten_messages_with_the_code_are_one_as_well(shop: Shop) -> None:
    chen = await a_staff(shop)
    code = (await asked(shop, chen, "receipt", "128")).code
    keys = [f"m{number}" for number in range(2, 12)]
    told = await asyncio.gather(*[confirm_action(shop, chen, code, key=key) for key in keys])
    assert len({answer.text for answer in told}) == 1
    assert await purchases() == 1


async def test_a_minute_is_the_life_of_a_code(shop: Shop, clock: MachineClock) -> None:
    chen = await a_staff(shop)
    code = (await asked(shop, chen, "receipt", "128")).code
    clock.pass_time(seconds=60, milliseconds=1)
    with pytest.raises(ConfirmationUnknown):
        await confirm_action(shop, chen, code, key="m2")
    code = (await asked(shop, chen, "receipt", "128", key="m3")).code
    clock.pass_time(seconds=60)
    await confirm_action(shop, chen, code, key="m4")
    clock.pass_time(days=2)
    assert (await confirm_action(shop, chen, code, key="m4")).qr
    assert await purchases() == 1


async def test_a_code_is_nothing_in_the_hands_of_another(shop: Shop) -> None:
    chen, boss = await a_staff(shop), await a_staff(shop, "boss", Role.OWNER, "")
    code = (await asked(shop, chen, "receipt", "128")).code
    with pytest.raises(ConfirmationUnknown):
        await confirm_action(shop, boss, code, key="m2")
    await confirm_action(shop, chen, code, key="m3")
    with pytest.raises(ConfirmationUnknown):
        await confirm_action(shop, boss, code, key="m4")
    assert await purchases() == 1


async def test_what_is_asked_later_kills_what_was_asked_before(shop: Shop) -> None:
    chen = await a_staff(shop)
    old = (await asked(shop, chen, "receipt", "128")).code
    new = (await asked(shop, chen, "receipt", "12.80", key="m2")).code
    with pytest.raises(ConfirmationWrong):
        await confirm_action(shop, chen, old, key="m3")
    await confirm_action(shop, chen, new, key="m4")
    assert await rows("SELECT paid_fen FROM purchases") == [{"paid_fen": 1280}]


async def test_the_fifth_wrong_code_is_the_last(shop: Shop) -> None:
    chen = await a_staff(shop)
    code = (await asked(shop, chen, "receipt", "128")).code
    for left in (4, 3, 2, 1):
        with pytest.raises(ConfirmationWrong) as wrong:
            await confirm_action(shop, chen, WRONG, key=f"try-{left}")
        assert wrong.value.facts == {"left": left}
    with pytest.raises(ConfirmationDead):
        await confirm_action(shop, chen, WRONG, key="try-0")
    with pytest.raises(ConfirmationUnknown):
        await confirm_action(shop, chen, code, key="m2")
    assert await purchases() == 0


async def test_a_wrong_code_delivered_again_is_one_try(shop: Shop) -> None:
    chen = await a_staff(shop)
    await asked(shop, chen, "receipt", "128")
    for _ in range(6):
        with pytest.raises(ConfirmationWrong) as wrong:
            await confirm_action(shop, chen, WRONG, key="try")
        assert wrong.value.facts == {"left": 4}


async def test_cancelling_ends_it(shop: Shop) -> None:
    chen = await a_staff(shop)
    code = (await asked(shop, chen, "receipt", "128")).code
    assert await is_cancellable(shop, chen, key="m2")
    await cancel_confirmations(shop, chen, key="m2")
    assert await is_cancellable(shop, chen, key="m2")
    assert not await is_cancellable(shop, chen, key="m3")
    with pytest.raises(ConfirmationUnknown):
        await confirm_action(shop, chen, code, key="m4")


async def test_without_anything_open_no_code_is_known(shop: Shop) -> None:
    with pytest.raises(ConfirmationUnknown):
        await confirm_action(shop, await a_staff(shop), WRONG, key="m1")


async def test_whoever_is_staff_no_more_confirms_nothing(shop: Shop) -> None:
    chen = await a_staff(shop)
    code = (await asked(shop, chen, "receipt", "128")).code
    await rows("UPDATE staff SET state = 'stopped'")
    with pytest.raises(NotAllowed):
        await confirm_action(shop, await a_follower(shop, "chen"), code, key="m2")
    assert await purchases() == 0
