"""得分人: what is read of who scans is as it is once everybody who came before is through."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from loyalty.ledger import Unit
from loyalty.person import Person
from services.ledger.points import earn_points
from services.merges.merging import merge_in
from services.org.tills import Till
from services.purchases.earners import Scanner, lock_scanner
from services.shop import Shop
from storage.people import link_member, lock_follower
from storage.sql import rows
from storage.transactions import transactional
from tests.databases import only_postgres
from tests.services.posting import member_id_of
from tests.shop_parts import a_follower, a_member, a_receipt

pytestmark = only_postgres
LOOKS = 2_000
WAITING = """
SELECT COUNT(*) AS n FROM pg_stat_activity
 WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


async def scanner_after(
    shop: Shop, till: Till, person: Person, before: Callable[[], Awaitable[object]]
) -> Scanner:
    """Who scans, as read by a transaction that had to wait for the one `before`."""
    is_at_it = asyncio.Event()
    receipt = a_receipt(shop, till).receipt

    @transactional
    async def come_first() -> None:
        await before()
        is_at_it.set()
        for _ in range(LOOKS):
            if (await rows(WAITING))[0]["n"]:
                return
        pytest.fail("nobody waited")

    @transactional
    async def scan() -> Scanner:
        return await lock_scanner(person, receipt)

    first = asyncio.ensure_future(come_first())
    await is_at_it.wait()
    scanner = await scan()
    await first
    return scanner


async def test_what_was_booked_meanwhile_stands_on_the_account(shop: Shop, till: Till) -> None:
    li = await a_member(shop)

    async def earn() -> None:
        cause = {"what": "gift", "rules": shop.rules.version}
        await earn_points(shop, member_id_of(li), 5, key="k", cause=cause, occurred_at=shop.now())

    scanner = await scanner_after(shop, till, li, earn)
    assert scanner.accounts[Unit.POINTS].balance == 50 + 5


async def test_whoever_joined_meanwhile_scans_as_a_member(shop: Shop, till: Till) -> None:
    li, wang = await a_follower(shop, "li"), await a_member(shop, "wang")

    async def become_one() -> None:
        await lock_follower(li.follower_id)
        await link_member(li.follower_id, member_id_of(wang))

    scanner = await scanner_after(shop, till, li, become_one)
    assert scanner.member_id == wang.member_id
    assert scanner.accounts[Unit.POINTS].balance == 50


async def test_whoever_was_merged_meanwhile_scans_as_who_they_are_now(
    shop: Shop, till: Till
) -> None:
    wang, li = await a_member(shop, "wang"), await a_member(shop, "li")

    async def merge() -> None:
        both = (member_id_of(wang), member_id_of(li))
        await merge_in(shop, *both, by="member", reason="own", key="m")

    scanner = await scanner_after(shop, till, li, merge)
    assert scanner.member_id == wang.member_id
    assert scanner.accounts[Unit.POINTS].balance == 100
