"""合并会员: receipts, coupons, limits, profile and consents follow, and find their way back."""

from typing import Any

import pytest

from loyalty.person import Person
from services.coupons.exchanges import exchange_points, return_lapsed_exchanges
from services.coupons.gift_claims import claim_gift
from services.coupons.gifts import offer_coupon
from services.coupons.issuing import issue_coupon
from services.details.keeping import change_detail, plain_details
from services.loading import load_shop
from services.messages.contact_choices import stop_offers
from services.org.tills import Till
from services.purchases.claims import claim_receipt
from services.purchases.earning import credit_due_purchases
from services.purchases.member_codes import show_code
from services.purchases.refunds import record_refund
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.models import Member
from storage.sql import change, rows
from storage.transactions import transactional
from tests.services.merging import books_are_right, figures_of, merge, part
from tests.services.posting import member_id_of
from tests.services.refunding import a_refund
from tests.shop_parts import MachineClock, a_follower, a_member, a_receipt, a_report, join

SHOP: dict[str, Any] = {
    "coupon_kinds": [
        {"code": "cup", "name": "杯", "kind": "gift", "item": "cup", "valid": "9d", "per_member": 2}
    ],
    "rewards": [
        {
            "code": "cup",
            "name": "杯",
            "points": 60,
            "coupon": "cup",
            "returns_points": True,
        }
    ],
}


@pytest.fixture
async def both(shop: Shop) -> list[Any]:
    """李 and 王, who will turn out to be one person."""
    await load_shop(shop, SHOP)
    await shop.rules.refresh()
    return [await a_member(shop, "li"), await a_member(shop, "wang")]


@transactional
async def issue(shop: Shop, member_id: int, key: str) -> str | None:
    coupon = await issue_coupon(shop, member_id, "cup", key=key, cause={"by": "campaign"})
    return coupon.code if coupon else None


async def test_a_refund_of_an_old_purchase_is_the_kept_ones(
    shop: Shop, till: Till, both: list[Any]
) -> None:
    li, wang = both
    code = (await show_code(shop, member_id_of(wang))).code
    await record_purchase(shop, till, a_report(shop, yuan=32, member_code=code))
    merged = await merge(shop, li, wang)
    await record_refund(shop, till, a_refund(shop, amount_fen=1200))
    assert (await figures_of(li))["points"] == 50 + 50 + 20
    parted = await part(shop, merged)
    assert (parted.points, (await figures_of(wang))["growth"]) == (70, 2000)
    await record_refund(shop, till, a_refund(shop, "F-2", amount_fen=2000))
    assert [await figures_of(person) for person in both] == [{"points": 50}, {"points": 50}]
    await books_are_right(shop)


async def test_points_given_for_a_coupon_return_to_whom_they_were(
    shop: Shop, both: list[Any], clock: MachineClock
) -> None:
    li, wang = both
    merged = await merge(shop, li, wang)
    await exchange_points(shop, member_id_of(li), "cup", shown_points=60, key="mall")
    await part(shop, merged)
    assert [await figures_of(person) for person in both] == [{}, {"points": 40}]
    clock.pass_time(days=11)
    assert await return_lapsed_exchanges(shop) == 1
    assert [await figures_of(person) for person in both] == [{"points": 50}, {"points": 50}]
    await books_are_right(shop)


async def test_a_purchase_credited_meanwhile_stays_with_the_kept_one(
    shop: Shop, till: Till, both: list[Any], clock: MachineClock
) -> None:
    li, wang = both
    await load_shop(shop, {"points": {"points_per_yuan": 1, "pending_days": 7}})
    await shop.rules.refresh()
    for number in ("R-1", "R-2"):
        code = (await show_code(shop, member_id_of(wang))).code
        await record_purchase(shop, till, a_report(shop, number, member_code=code))
        clock.pass_time(days=4)
    merged = await merge(shop, li, wang)
    assert await credit_due_purchases(shop) == 1
    await part(shop, merged)
    clock.pass_time(days=4)
    await credit_due_purchases(shop)
    assert [(await figures_of(person))["points"] for person in both] == [82, 82]
    await record_refund(shop, till, a_refund(shop, amount_fen=3200))
    assert [(await figures_of(person))["points"] for person in both] == [50, 82]
    await books_are_right(shop)


async def test_a_claim_that_waits_for_its_till_is_credited_to_the_kept_one(
    shop: Shop, till: Till, both: list[Any]
) -> None:
    li, wang = both
    await claim_receipt(shop, wang, a_receipt(shop, till))
    merged = await merge(shop, li, wang)
    await record_purchase(shop, till, a_report(shop, sequence=7))
    assert (await figures_of(li))["points"] == 132
    await part(shop, merged)
    assert [(await figures_of(person))["points"] for person in both] == [82, 50]
    await books_are_right(shop)


async def test_the_code_on_the_screen_still_serves(shop: Shop, till: Till, both: list[Any]) -> None:
    li, wang = both
    code = (await show_code(shop, member_id_of(wang))).code
    await merge(shop, li, wang)
    sold = await record_purchase(shop, till, a_report(shop, member_code=code))
    assert sold.answer["member"]["member_no"] == li.member_no


async def test_limits_of_both_add_up(shop: Shop, both: list[Any]) -> None:
    li, wang = both
    assert await issue(shop, member_id_of(wang), "w1")
    merged = await merge(shop, li, wang)
    assert await issue(shop, member_id_of(li), "l1")
    assert await issue(shop, member_id_of(li), "l2") is None
    await part(shop, merged)
    assert await issue(shop, member_id_of(li), "l3")
    assert await issue(shop, member_id_of(li), "l4") is None
    assert await issue(shop, member_id_of(wang), "w2")


async def test_a_limit_of_points_a_day_adds_up(shop: Shop, till: Till, both: list[Any]) -> None:
    li, wang = both
    await load_shop(shop, {"points": {"points_per_yuan": 1, "cap_per_day": 40}})
    await shop.rules.refresh()
    for number, person in enumerate([wang, li, li]):
        code = (await show_code(shop, member_id_of(person))).code
        await record_purchase(shop, till, a_report(shop, f"R-{number}", yuan=30, member_code=code))
    merged = await merge(shop, li, wang)
    await record_refund(shop, till, a_refund(shop, amount_fen=3000, receipt_no="R-0"))
    assert await used("points-day:") == {li.member_id: 40, wang.member_id: 30}
    await part(shop, merged)
    assert await used("points-day:") == {li.member_id: 40, wang.member_id: 30}
    await books_are_right(shop)


async def test_a_limit_of_claims_a_day_adds_up(shop: Shop, till: Till, both: list[Any]) -> None:
    li, wang = both
    await load_shop(shop, {"points": {"claims_per_day": 3, "claims_per_store_per_day": 3}})
    await shop.rules.refresh()
    for number, person in enumerate([wang, li]):
        await claim_receipt(shop, person, a_receipt(shop, till, number))
    merged = await merge(shop, li, wang)
    assert await counts_of_claims(li) == [2, 2]
    await part(shop, merged)
    assert await counts_of_claims(li) == [1, 1]


async def counts_of_claims(person: Person) -> list[int]:
    name = f"claims-day:%:member-{person.member_id}%"
    return [
        line["used"] for line in await rows("SELECT used FROM counters WHERE name LIKE $1", name)
    ]


async def used(prefix: str) -> dict[int, int]:
    found = await rows("SELECT name, used FROM counters WHERE name LIKE $1", f"{prefix}%")
    return {int(line["name"].split(":")[1]): line["used"] for line in found}


async def test_coupons_come_and_go_but_not_what_was_given_away(shop: Shop, both: list[Any]) -> None:
    li, wang = both
    code = await issue(shop, member_id_of(wang), "w1")
    given = await issue(shop, member_id_of(wang), "w2")
    assert code is not None
    assert given is not None
    merged = await merge(shop, li, wang)
    assert merged.coupons == 3
    assert await owners(code, given) == [li.member_id, li.member_id]
    offer = await offer_coupon(shop, li, given, key="offer")
    await claim_gift(shop, await a_member(shop, "zhao"), offer.token)
    assert (await part(shop, merged)).coupons == 2
    zhao = await a_follower(shop, "zhao")
    assert await owners(code, given) == [wang.member_id, zhao.member_id]


async def owners(*codes: str) -> list[int]:
    found = await rows("SELECT code, member_id FROM coupons")
    by_code = {line["code"]: line["member_id"] for line in found}
    return [by_code[code] for code in codes]


async def test_a_coupon_on_offer_can_be_taken_after_the_merge(shop: Shop, both: list[Any]) -> None:
    li, wang = both
    code = await issue(shop, member_id_of(wang), "w1")
    assert code is not None
    offer = await offer_coupon(shop, wang, code, key="offer")
    merged = await merge(shop, li, wang)
    await claim_gift(shop, await a_member(shop, "zhao"), offer.token)
    await part(shop, merged)
    await books_are_right(shop)


async def test_what_the_kept_one_lacks_in_the_profile_is_filled(
    shop: Shop, both: list[Any]
) -> None:
    li, wang = (member_id_of(person) for person in both)
    await change_detail(shop, wang, "name", "王小明", key="d1")
    await change_detail(shop, wang, "phone", "13800138000", key="d2")
    await change_detail(shop, li, "name", "李", key="d3")
    await change("UPDATE members SET phone_verified_at = 5 WHERE id = $1", wang)
    merged = await merge(shop, *both)
    assert await plain_details(shop, li) == {"name": "李", "phone": "+8613800138000"}
    assert (await Member.get(id=li)).phone_verified_at is not None
    await part(shop, merged)
    assert await plain_details(shop, li) == {"name": "李"}
    assert (await Member.get(id=wang)).phone_verified_at is not None


async def test_of_two_words_on_one_purpose_the_newer_counts(shop: Shop) -> None:
    li = await a_follower(shop, "li")
    await join(shop, li, subscribes=True)
    li, wang = await a_follower(shop, "li"), await a_member(shop, "wang")
    await stop_offers(shop, wang, shown_text="stop", key="stop")
    merged = await merge(shop, li, wang)
    assert await marketing_of(li) is False
    await part(shop, merged)
    assert await marketing_of(li) is True
    assert await marketing_of(wang) is False


async def marketing_of(person: Any) -> bool:
    found = await rows(
        "SELECT given FROM consents WHERE member_id = $1 AND purpose = 'marketing'"
        " ORDER BY id DESC LIMIT 1",
        member_id_of(person),
    )
    return bool(found[0]["given"])
