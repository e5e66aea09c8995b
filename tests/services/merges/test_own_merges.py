"""本人合并会员: one person's two memberships become one by their own word, once."""

import asyncio
from typing import Any

import pytest

from loyalty.person import Person
from services.custody.auditing import audit
from services.custody.verify import verify_ledger
from services.details.phone_owners import move_number, take_number
from services.details.phones import phone_mask, verified_by_platform
from services.merges.merging import merge_in, undo_merge
from services.merges.own_merges import MergeAtCounter, NothingToMerge, merge_own, other_membership
from services.people.identities import record_unionid
from services.shop import Shop
from storage.models import Member
from storage.sql import rows
from tests.services.claiming import WELCOME
from tests.services.posting import member_id_of
from tests.services.purses import Counter
from tests.shop_parts import a_follower, a_member, a_till, points_of

PHONE = "+8613800138000"
MASK = "138****8000"


async def with_one_number(shop: Shop) -> tuple[Person, Person]:
    """Wang has proven the number that is Li's."""
    li, wang = await a_member(shop), await a_member(shop, "wang")
    await verified_by_platform(shop, li, PHONE, key="p1")
    await verified_by_platform(shop, wang, PHONE, key="p2")
    return li, wang


async def closed() -> int:
    return await Member.filter(state="closed").count()


async def test_saying_yes_ten_times_at_once_merges_once(shop: Shop) -> None:
    li, wang = await with_one_number(shop)
    told = await asyncio.gather(
        *(merge_own(shop, wang, member_id_of(li), key=f"yes-{number}") for number in range(10)),
        return_exceptions=True,
    )
    assert [type(each) for each in told].count(type(None)) == 1
    assert all(isinstance(each, NothingToMerge | None) for each in told)
    assert await points_of(shop, wang) == 2 * WELCOME
    assert (await phone_mask(shop, member_id_of(wang))) == (MASK, True)
    assert (await verify_ledger(shop)).complaints == ()


async def test_the_same_message_again_merges_nothing_more(shop: Shop) -> None:
    li, wang = await with_one_number(shop)
    for _ in range(2):
        await merge_own(shop, wang, member_id_of(li), key="yes")
    assert await closed() == 1
    assert await rows("SELECT COUNT(*) AS n FROM member_merges") == [{"n": 1}]


async def test_merging_and_moving_at_once_do_one_of_them(shop: Shop) -> None:
    li, wang = await with_one_number(shop)
    await asyncio.gather(
        merge_own(shop, wang, member_id_of(li), key="yes"),
        move_number(shop, wang, key="move"),
        return_exceptions=True,
    )
    assert (await phone_mask(shop, member_id_of(wang))) == (MASK, True)
    found = await rows("SELECT COUNT(*) AS n FROM members WHERE phone_verified_at IS NOT NULL")
    assert found == [{"n": 1}]
    assert (await verify_ledger(shop)).complaints == ()


async def test_only_whom_the_summary_named_is_merged(shop: Shop) -> None:
    li, wang = await with_one_number(shop)
    stranger = await a_member(shop, "zhao")
    with pytest.raises(NothingToMerge):
        await merge_own(shop, wang, member_id_of(stranger), key="yes")
    assert await closed() == 0
    assert (await other_membership(shop, wang)).member_id == member_id_of(li)


async def test_money_paid_in_after_the_summary_stops_the_merge(shop: Shop) -> None:
    li, wang = await with_one_number(shop)
    assert (await other_membership(shop, wang)).stored_fen == 0
    await Counter(shop, await a_till(shop), li).top_up(10_000)
    with pytest.raises(MergeAtCounter):
        await merge_own(shop, wang, member_id_of(li), key="yes")
    assert await closed() == 0


async def test_staff_may_part_them_again(shop: Shop) -> None:
    li, wang = await with_one_number(shop)
    await merge_own(shop, wang, member_id_of(li), key="yes")
    [merge] = await rows("SELECT id FROM member_merges")
    await undo_merge(shop, merge["id"], by="staff:1", key="part")
    assert await points_of(shop, wang) == WELCOME
    assert await points_of(shop, await a_follower(shop)) == WELCOME
    assert await closed() == 0
    found = await rows("SELECT COUNT(*) AS n FROM members WHERE phone_verified_at IS NOT NULL")
    assert found == [{"n": 1}]


async def test_a_member_whom_nobody_vouches_for_is_no_other_membership(shop: Shop) -> None:
    li = await a_member(shop)
    await record_unionid(shop, li.account, li.openid, "u1")
    with pytest.raises(NothingToMerge):
        await other_membership(shop, li)


async def test_the_trail_is_written_after_everything_else(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever adds to it holds everybody up, and must not wait for a member's accounts then."""
    order: list[str] = []
    noted: dict[str, Any] = {"audit": audit, "take_number": take_number, "merge_in": merge_in}

    def noting(name: str) -> Any:
        async def doing(*arguments: Any, **values: Any) -> Any:
            result = await noted[name](*arguments, **values)
            order.append(name)
            return result

        return doing

    for name, places in {
        "audit": ["services.details.phone_owners"],
        "take_number": ["services.merges.own_merges"],
        "merge_in": ["services.merges.own_merges", "services.details.phone_owners"],
    }.items():
        for place in places:
            monkeypatch.setattr(f"{place}.{name}", noting(name))
    li, wang = await with_one_number(shop)
    await merge_own(shop, wang, member_id_of(li), key="yes")
    assert order == ["merge_in", "take_number", "audit"]
