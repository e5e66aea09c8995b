"""注销 at the very moment of something else: whatever comes first, the books stay sound."""

import asyncio
from collections.abc import Awaitable
from contextvars import Context
from typing import Any

import pytest

from loyalty.merging import MemberMerged
from services.coupons.gifts import offer_coupon
from services.custody.verify import verify_ledger
from services.people.closed_accounts import settle_closed_accounts
from services.people.closing import MoneyLeft, close_member
from services.purchases.claims import claim_receipt
from services.purchases.earners import lock_scanner
from services.purchases.member_codes import show_code
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.closing import void_coupons
from storage.sql import change, rows
from tests.databases import only_postgres
from tests.services.merging import merge
from tests.services.posting import member_id_of
from tests.services.purses import Counter
from tests.shop_parts import a_follower, a_member, a_receipt, a_report, a_till, points_of

LOOKS = 2_000
WAITING = """
SELECT COUNT(*) AS n FROM pg_stat_activity
 WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


async def at_once(*doings: Awaitable[Any]) -> list[Any]:
    return await asyncio.gather(*doings, return_exceptions=True)


async def sound(shop: Shop) -> None:
    assert (await verify_ledger(shop)).complaints == ()


async def test_leaving_while_points_come_in_leaves_none_behind(shop: Shop) -> None:
    li, till = await a_member(shop), await a_till(shop)
    code = (await show_code(shop, member_id_of(li))).code
    await record_purchase(shop, till, a_report(shop, "R-7", sequence=7))
    await at_once(
        claim_receipt(shop, li, a_receipt(shop, till)),
        close_member(shop, li, shown_text="leaving", key="bye"),
        record_purchase(shop, till, a_report(shop, "R-8", member_code=code)),
        offer_coupon(shop, li, "1", key="gift"),
    )
    assert not (await a_follower(shop)).is_member
    await settle_closed_accounts(shop)
    assert await points_of(shop, li) == 0
    await sound(shop)


async def test_two_messages_at_once_are_one_leaving(shop: Shop) -> None:
    li = await a_member(shop)
    asked = [close_member(shop, li, shown_text="leaving", key="bye") for _ in range(4)]
    closed = await at_once(*asked)
    assert len(set(closed)) == 1, closed
    assert len(await rows("SELECT 1 AS one FROM closings")) == 1
    assert len(await rows("SELECT 1 AS one FROM ledger_transactions WHERE kind = 'close'")) == 1
    await sound(shop)


async def test_money_paid_in_at_that_moment_is_not_lost(shop: Shop) -> None:
    counter = Counter(shop, await a_till(shop), await a_member(shop))
    code = await counter.code()
    left, _ = await at_once(
        close_member(shop, counter.person, shown_text="leaving", key="bye"),
        counter.top_up(3_000, code=code),
    )
    balances = await counter.balances()
    assert isinstance(left, MoneyLeft) == (await a_follower(shop)).is_member
    assert balances in ((0, 0), (3_000, 0))
    await sound(shop)


async def test_whoever_was_merged_meanwhile_is_not_closed_with_all_the_other_had(
    shop: Shop,
) -> None:
    wang, li = await a_member(shop, "wang"), await a_member(shop, "li")
    await merge(shop, wang, li)
    with pytest.raises(MemberMerged):
        await close_member(shop, li, shown_text="what li had", key="bye")
    assert (await a_follower(shop, "wang")).is_member
    assert await points_of(shop, wang) == 100


@only_postgres
async def test_whoever_scans_by_another_account_waits_until_the_member_has_left(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each tries once: else they would wait for each other until the database ends one of them."""
    li, till = await a_member(shop), await a_till(shop)
    too = await a_follower(shop, "li-too")
    await change("UPDATE followers SET member_id = $1 WHERE id = $2", li.member_id, too.follower_id)
    tries: list[str] = []
    scans: list[asyncio.Task[Any]] = []

    async def noted(*arguments: Any) -> Any:
        tries.append("scan")
        return await lock_scanner(*arguments)

    async def while_somebody_scans(*arguments: Any) -> int:
        tries.append("leave")
        scan = claim_receipt(shop, too, a_receipt(shop, till))
        scans.append(asyncio.create_task(scan, context=Context()))
        for _ in range(LOOKS):
            if (await rows(WAITING))[0]["n"]:
                break
        return await void_coupons(*arguments)

    monkeypatch.setattr("services.purchases.claims.lock_scanner", noted)
    monkeypatch.setattr("services.people.closing.void_coupons", while_somebody_scans)
    await close_member(shop, li, shown_text="leaving", key="bye")
    assert (await scans[0]).state == "reserved"
    assert sorted(tries) == ["leave", "scan"]
