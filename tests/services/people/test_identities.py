"""身份关联: one person in several accounts is one member, whichever came first."""

import asyncio
from dataclasses import replace

import pytest

from loyalty.person import Person
from services.org.tills import Till
from services.people.callers import follow
from services.people.identities import record_unionid
from services.purchases.claims import claim_receipt
from services.shop import Shop
from storage.models import Follower, Member
from tests.outbox import outbox_rows
from tests.services.claiming import upload
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_follower, a_member, a_receipt, points_of


async def told() -> list[str]:
    return [line["value"].splitlines()[0] for line in await outbox_rows()]


async def in_both(shop: Shop) -> tuple[Person, Person]:
    """Li as a member by the account, and in the mini-program."""
    return await a_member(shop), await a_follower(shop, "li-mini", account="mini")


@pytest.mark.parametrize("first", ["main", "mini"])
async def test_whoever_is_known_to_be_a_member_is_one_everywhere(shop: Shop, first: str) -> None:
    li, mini = await in_both(shop)
    both = [(li.account, li.openid), (mini.account, mini.openid)]
    for account, openid in both if first == "main" else both[::-1]:
        await record_unionid(shop, account, openid, "u1")
    assert (await a_follower(shop, "li-mini", account="mini")).member_id == li.member_id
    assert await told() == []


async def test_who_follows_and_is_a_member_already_hears_so_once(shop: Shop) -> None:
    li = await a_member(shop, "li-mini", account="mini")
    new = await a_follower(shop)
    await record_unionid(shop, li.account, li.openid, "u1")
    for _ in range(2):
        await record_unionid(shop, new.account, new.openid, "u1", greets=True)
    [greeting] = await told()
    assert greeting.startswith("认出来了，你已经是山茶咖啡会员，这里也可以用了。")


async def test_joining_makes_the_persons_other_followers_the_member(shop: Shop) -> None:
    mini = await a_follower(shop, "li-mini", account="mini")
    li = await a_follower(shop)
    for person in (li, mini):
        await record_unionid(shop, person.account, person.openid, "u1")
    joined = await a_member(shop)
    assert (await a_follower(shop, "li-mini", account="mini")).member_id == joined.member_id
    assert await Member.all().count() == 1


async def test_what_was_scanned_before_is_credited_when_they_are_linked(
    shop: Shop, till: Till
) -> None:
    li, mini = await in_both(shop)
    await upload(shop, till)
    await claim_receipt(shop, mini, a_receipt(shop, till))
    before = await points_of(shop, li)
    for person in (li, mini):
        await record_unionid(shop, person.account, person.openid, "u1")
    assert await points_of(shop, li) == before + 32


async def test_two_memberships_are_not_linked_but_offered_to_be_merged_once(shop: Shop) -> None:
    people = [await a_member(shop), await a_member(shop, "li-mini", account="mini")]
    for _ in range(2):
        for person in people:
            await record_unionid(shop, person.account, person.openid, "u1")
    assert len({(await a_follower(shop)).member_id, people[1].member_id}) == 2
    assert [text.partition("：")[0] for text in await told()] == [
        "你在我们这里有两个会员，可以合成一个"
    ]


async def test_the_unionid_of_strangers_links_nobody(shop: Shop) -> None:
    li, mini = await in_both(shop)
    await record_unionid(shop, li.account, li.openid, "u1")
    await record_unionid(shop, mini.account, mini.openid, "u2")
    await record_unionid(shop, "main", "openid-nobody", "u1")
    assert (await a_follower(shop, "li-mini", account="mini")).member_id is None
    assert await Follower.all().count() == 2


async def test_both_told_at_once_are_linked_all_the_same(shop: Shop) -> None:
    for number in range(8):
        li = await a_member(shop, f"li-{number}")
        mini = await a_follower(shop, f"li-{number}-mini", account="mini")
        await asyncio.gather(
            *(record_unionid(shop, p.account, p.openid, f"u{number}") for p in (li, mini))
        )
        again = await a_follower(shop, f"li-{number}-mini", account="mini")
        assert again.member_id == member_id_of(li)


async def test_the_platform_is_asked_about_who_is_new_and_who_follows_once_a_day(
    shop: Shop, clock: MachineClock
) -> None:
    asking = replace(shop, asks_who=frozenset({"main"}))
    li = await a_follower(asking)
    await a_follower(asking, "li-mini", account="mini")
    for seconds in (1, 2):
        await follow(asking, li, pushed_at=seconds, source=None)
    clock.pass_time(days=1)
    await follow(asking, li, pushed_at=86_400, source=None)
    await follow(shop, li, pushed_at=90_000, source=None)
    found = await outbox_rows()
    assert [line["kind"] for line in found] == ["who", "who"]
    assert {line["account"] for line in found} == {"main"}


async def test_linking_waits_for_a_joining_that_is_under_way(shop: Shop) -> None:
    """Neither sees the other's row before it commits; the lock by name puts them in order."""
    for number in range(6):
        li = await a_follower(shop, f"li-{number}")
        mini = await a_follower(shop, f"li-{number}-mini", account="mini")
        await record_unionid(shop, li.account, li.openid, f"u{number}")
        await asyncio.gather(
            a_member(shop, f"li-{number}"),
            record_unionid(shop, mini.account, mini.openid, f"u{number}"),
        )
        again = await a_follower(shop, f"li-{number}-mini", account="mini")
        assert again.member_id is not None
