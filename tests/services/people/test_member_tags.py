"""Tags (标签): rules set and take them, with the reason they give; nobody else's are touched."""

from datetime import timedelta

import pytest

from loyalty.shop_file.reading import ShopFileFaults
from services.loading import load_shop
from services.org.tills import Till
from services.people.closing import close_member
from services.people.member_tags import (
    member_tags,
    next_tagging,
    refresh_tags,
    tag_buyers,
    tag_member,
    untag_member,
)
from services.purchases.claims import claim_receipt
from services.purchases.refunds import RefundReport, record_refund
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.transactions import transactional
from tests.services.merging import merge, part
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member, a_receipt, a_report


def rule(**changed: object) -> dict[str, object]:
    return {
        "tag": "咖啡常客",
        "when": "90天内消费(coffee)>=30",
        "because": "因为90天内买咖啡满30元",
        **changed,
    }


@pytest.fixture
async def ruled(shop: Shop) -> Shop:
    await load_shop(shop, {"tags": [rule()]})
    await shop.rules.refresh()
    await tag_buyers(shop)
    return shop


async def buy(shop: Shop, till: Till, name: str = "li") -> int:
    """Somebody new, who claims a purchase of 32 yuan."""
    person = await a_member(shop, name)
    await record_purchase(shop, till, a_report(shop, sequence=7))
    await claim_receipt(shop, person, a_receipt(shop, till))
    return member_id_of(person)


async def names_of(member_id: int) -> list[str]:
    return [tag.name for tag in await member_tags(member_id)]


async def test_a_purchase_brings_the_tag_with_its_reason(ruled: Shop, till: Till) -> None:
    member_id = await buy(ruled, till)
    assert await next_tagging(ruled) is not None
    assert await tag_buyers(ruled) == 1
    [tag] = await member_tags(member_id)
    assert (tag.name, tag.source, tag.reason) == ("咖啡常客", "rule", "因为90天内买咖啡满30元")
    assert await next_tagging(ruled) is None


async def test_a_refund_takes_the_tag(ruled: Shop, till: Till) -> None:
    member_id = await buy(ruled, till)
    await tag_buyers(ruled)
    await record_refund(ruled, till, a_refund(ruled, 500))
    assert await tag_buyers(ruled) == 1
    assert await names_of(member_id) == []


async def test_a_tag_goes_when_its_time_is_over(
    ruled: Shop, till: Till, clock: MachineClock
) -> None:
    member_id = await buy(ruled, till)
    await refresh_tags(ruled)
    clock.now += timedelta(days=91)
    assert await names_of(member_id) == ["咖啡常客"]
    assert await refresh_tags(ruled) == 1
    assert await names_of(member_id) == []


async def test_what_the_shop_does_not_ask_for_any_more_is_taken(ruled: Shop, till: Till) -> None:
    member_id = await buy(ruled, till)
    await refresh_tags(ruled)
    await load_shop(ruled, {"tags": [rule(ended=True)]})
    await ruled.rules.refresh()
    await refresh_tags(ruled)
    assert await names_of(member_id) == []


async def test_a_rule_in_other_words_is_told_in_other_words(ruled: Shop, till: Till) -> None:
    member_id = await buy(ruled, till)
    await refresh_tags(ruled)
    await load_shop(ruled, {"tags": [rule(because="因为你爱喝咖啡")]})
    await ruled.rules.refresh()
    assert await refresh_tags(ruled) == 0
    assert [tag.reason for tag in await member_tags(member_id)] == ["因为你爱喝咖啡"]


async def test_a_tag_of_staff_is_not_touched_by_a_rule(ruled: Shop, till: Till) -> None:
    member_id = member_id_of(await a_member(ruled))
    assert await put_by_hand(ruled, member_id, "咖啡常客")
    await refresh_tags(ruled)
    [tag] = await member_tags(member_id)
    assert tag.source == "staff"
    assert not await put_by_hand(ruled, member_id, "咖啡常客")


async def test_what_staff_put_there_too_is_theirs_from_then_on(ruled: Shop, till: Till) -> None:
    member_id = await buy(ruled, till)
    await refresh_tags(ruled)
    assert not await take_by_hand(member_id, "咖啡常客")
    assert await put_by_hand(ruled, member_id, "咖啡常客")
    assert await take_by_hand(member_id, "咖啡常客")


async def test_a_rule_about_an_audience_that_is_gone_changes_nothing(
    ruled: Shop, till: Till
) -> None:
    regulars = {"name": "熟客", "filter": "非 90天内未消费"}
    await load_shop(ruled, {"segments": [regulars], "tags": [rule(when="人群=熟客")]})
    await ruled.rules.refresh()
    member_id = await buy(ruled, till)
    assert await tag_buyers(ruled) == 1
    await load_shop(ruled, {"segments": [{**regulars, "ended": True}]})
    await ruled.rules.refresh()
    assert await refresh_tags(ruled) == 0
    assert await names_of(member_id) == ["咖啡常客"]


async def test_a_file_with_a_name_that_nothing_has_is_refused(shop: Shop) -> None:
    segment = {"name": "老客", "filter": "人群=没有的"}
    with pytest.raises(ShopFileFaults) as refused:
        await load_shop(shop, {"tags": [rule(when="门店=春西路店")], "segments": [segment]})
    places = [fault.path for fault in refused.value.faults]
    assert places == ["segments[0].filter", "tags[0].when"]
    assert "春熙路店" in str(refused.value)


async def test_rules_without_purchases_wait_for_the_night(shop: Shop, till: Till) -> None:
    await load_shop(shop, {"tags": [rule(tag="新人", when="加入30天内")]})
    await shop.rules.refresh()
    await tag_buyers(shop)
    member_id = await buy(shop, till)
    assert await tag_buyers(shop) == 0
    assert await refresh_tags(shop) == 1
    assert await names_of(member_id) == ["新人"]


def a_refund(shop: Shop, amount_fen: int) -> RefundReport:
    return RefundReport(
        refund_no="F-1",
        receipt_no="R-1",
        amount_fen=amount_fen,
        lines=None,
        refunded_at=shop.now(),
        fingerprint="f",
    )


@transactional
async def put_by_hand(shop: Shop, member_id: int, tag: str) -> bool:
    return await tag_member(shop, member_id, tag, source="staff", reason="店员添加")


@transactional
async def take_by_hand(member_id: int, tag: str) -> bool:
    return await untag_member(member_id, tag)


async def test_tags_go_along_in_a_merge_and_come_back(shop: Shop) -> None:
    kept, merged = await a_member(shop), await a_member(shop, "wang")
    kept_id, merged_id = member_id_of(kept), member_id_of(merged)
    for member_id, tag in ((kept_id, "甲"), (merged_id, "甲"), (merged_id, "乙")):
        await put_by_hand(shop, member_id, tag)
    done = await merge(shop, kept, merged)
    assert await names_of(kept_id) == ["甲", "乙"]
    await part(shop, done)
    assert (await names_of(kept_id), await names_of(merged_id)) == (["甲"], ["甲", "乙"])


async def test_tags_end_with_the_membership(shop: Shop) -> None:
    person = await a_member(shop)
    await put_by_hand(shop, member_id_of(person), "甲")
    await close_member(shop, person, shown_text="…", key="close")
    assert await names_of(member_id_of(person)) == []
