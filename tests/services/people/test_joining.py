"""Joining (入会): one membership, one welcome pack, consents that prove what was agreed to."""

import asyncio
import hashlib
from typing import Any
from unittest.mock import AsyncMock

import pytest

import services.campaigns.acts
from loyalty.member_numbers import member_number
from services.custody.verify import verify_ledger
from services.loading import load_shop
from services.people.joining import join_member
from services.purchases.claims import claim_receipt
from services.shop import Shop
from storage.sql import rows
from tests.services.claiming import WELCOME
from tests.services.posting import member_id_of
from tests.shop_parts import (
    MachineClock,
    a_follower,
    a_member,
    a_receipt,
    a_till,
    demo_shop,
    join,
    points_of,
)


async def limit_welcome_coupon(shop: Shop, **limits: int) -> None:
    """Load the demo again with other limits of the welcome coupon."""
    data: dict[str, Any] = demo_shop()
    data["coupon_kinds"][0] |= limits
    await load_shop(shop, data)
    await shop.rules.refresh()


async def count(table: str) -> int:
    found = await rows(f"SELECT COUNT(*) AS n FROM {table}")
    return int(found[0]["n"])


async def test_a_follower_becomes_a_member_with_number_and_welcome_pack(shop: Shop) -> None:
    joined = await join(shop, await a_follower(shop))
    li = await a_follower(shop)
    assert joined.member_no == li.member_no == member_number(member_id_of(li))
    assert (joined.points, joined.balance) == (50, 50)
    assert [coupon.name for coupon in joined.coupons] == ["新人券"]
    assert await points_of(shop, li) == WELCOME


async def test_the_same_message_twice_is_one_joining(shop: Shop, clock: MachineClock) -> None:
    li = await a_follower(shop)
    first = await join(shop, li, key="m1")
    clock.pass_time(seconds=5)
    assert await join(shop, li, key="m1") == first
    assert (await count("members"), await count("consents"), await count("coupons")) == (1, 2, 1)


async def test_a_second_message_tells_the_same_and_gives_nothing(shop: Shop) -> None:
    li = await a_follower(shop)
    first = await join(shop, li, key="m1")
    assert await join(shop, li, key="m2") == first
    assert await points_of(shop, await a_follower(shop)) == WELCOME
    assert (await count("members"), await count("consents"), await count("coupons")) == (1, 2, 1)


async def test_many_messages_at_once_are_one_joining(shop: Shop) -> None:
    li = await a_follower(shop)
    told = await asyncio.gather(*[join(shop, li, key=f"m{number % 3}") for number in range(12)])
    assert len(set(told)) == 1
    assert (await count("members"), await count("consents"), await count("coupons")) == (1, 2, 1)
    assert await points_of(shop, await a_follower(shop)) == WELCOME


async def test_two_people_are_two_members(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    assert li.member_id != wang.member_id
    assert li.member_no != wang.member_no
    assert await points_of(shop, wang) == WELCOME


@pytest.mark.parametrize("subscribes", [True, False])
async def test_consents_prove_what_was_agreed_to_and_where(shop: Shop, subscribes: bool) -> None:
    li = await a_follower(shop)
    await join_member(shop, li, subscribes=subscribes, shown_text="the terms", key="m1")
    text_hash = hashlib.sha256(b"the terms").hexdigest()
    found = await rows("SELECT * FROM consents ORDER BY id")
    assert {line["purpose"]: bool(line["given"]) for line in found} == {
        "programme": True,
        "marketing": subscribes,
    }
    for line in found:
        assert (line["text_hash"], line["text_version"]) == (text_hash, text_hash[:12])
        assert (line["channel"], line["key"]) == ("chat:main", "m1")
        assert (line["follower_id"], line["member_id"]) == (li.follower_id, 1)


async def test_nothing_personal_is_written_before_the_consent(shop: Shop) -> None:
    await a_follower(shop)
    assert (await count("members"), await count("consents")) == (0, 0)


async def test_a_joining_that_fails_leaves_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = await a_follower(shop)
    monkeypatch.setattr(services.campaigns.acts, "issue_coupon", AsyncMock(side_effect=KeyError))
    with pytest.raises(KeyError):
        await join(shop, li)
    for table in ("members", "consents", "coupons", "ledger_transactions", "counters"):
        assert await count(table) == 0, table
    assert not (await a_follower(shop)).is_member


async def test_without_stock_the_rest_of_the_pack_is_given(shop: Shop) -> None:
    await limit_welcome_coupon(shop, stock=1)
    await a_member(shop, "li")
    joined = await join(shop, await a_follower(shop, "wang"))
    assert (joined.points, joined.coupons) == (50, ())
    [mine] = await rows("SELECT used FROM counters WHERE name = 'coupon:welcome10:member:2'")
    assert mine["used"] == 0, "what was not given is not counted"


async def test_of_twenty_who_join_at_once_seven_get_the_seven_coupons(shop: Shop) -> None:
    await limit_welcome_coupon(shop, stock=7)
    followers = [await a_follower(shop, f"person-{number}") for number in range(20)]
    joined = await asyncio.gather(*[join(shop, follower) for follower in followers])
    assert sum(len(each.coupons) for each in joined) == 7
    assert await count("coupons") == 7
    assert [each.points for each in joined] == [50] * 20
    assert len({each.member_no for each in joined}) == 20
    assert (await verify_ledger(shop)).complaints == ()


async def test_several_scans_before_joining_are_all_credited(
    shop: Shop, clock: MachineClock
) -> None:
    li, till = await a_follower(shop), await a_till(shop)
    for sequence in range(3):
        clock.pass_time(minutes=1)
        await claim_receipt(shop, li, a_receipt(shop, till, sequence, yuan=10))
    joined = await join(shop, li)
    assert (joined.pending_claims, joined.claimed_points) == (3, 0)
    assert await join(shop, li) == joined


async def test_scans_after_joining_do_not_change_what_the_joining_told(
    shop: Shop, clock: MachineClock
) -> None:
    li, till = await a_follower(shop), await a_till(shop)
    first = await join(shop, li)
    clock.pass_time(minutes=1)
    await claim_receipt(shop, await a_follower(shop), a_receipt(shop, till))
    assert (await join(shop, li)).claims == first.claims == ()


async def test_the_same_person_at_two_accounts_is_two_followers(shop: Shop) -> None:
    here, there = await a_follower(shop), await a_follower(shop, account="mini")
    await join(shop, here)
    assert not (await a_follower(shop, account="mini")).is_member
    assert here.follower_id != there.follower_id
