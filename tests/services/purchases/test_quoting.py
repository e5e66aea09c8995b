"""Quoting: what a till is told of a basket, for a member or for whoever holds a coupon."""

from typing import Any

import pytest

from loyalty.lower_prices import BasketBelowZero
from loyalty.member_codes import MemberCodeUnknown, MemberCodeUsed
from loyalty.offsets import OffsetAboveCap, OffsetNeedsMember, OffsetNotInSteps
from loyalty.points import NotEnoughPoints
from services.coupons.redeeming import TooManyCouponCodes
from services.org.tills import Till
from services.purchases.quoting import QuoteRequest, make_quote
from services.purchases.recorded import Answer
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.sql import rows
from tests.services.couponing import load_kinds
from tests.services.posting import give
from tests.services.quoting import a_line, code_of, coupons_of, make_gold, quote
from tests.shop_parts import a_member, a_report

SHOPPING_BAG: dict[str, Any] = {
    "code": "bag",
    "name": "满140减20",
    "kind": "money_off",
    "amount_fen": 2000,
    "threshold_fen": 14_000,
}


def reasons(told: Answer) -> dict[str, tuple[str, int]]:
    return {one["code"]: (one["reason"], one["gap_fen"]) for one in told["unused"]}


async def test_a_plain_basket_is_quoted_for_half_an_hour(shop: Shop, till: Till) -> None:
    told = await quote(shop, till, 3200)
    assert (told["total_fen"], told["payable_fen"], told["steps"]) == (3200, 3200, [])
    assert told["expires_at"] == "2027-01-11T10:30:00+08:00"
    best = {"payable_fen": 3200, "coupon_codes": [], "points": 0}
    assert (told["best"], told["best_without_points"], told["unused"]) == (best, best, [])


async def test_each_step_says_what_it_is_and_all_add_up(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await make_gold(li)
    await give(shop, li, 5000, key="k")
    coupon = (await coupons_of(li))["welcome10"]
    told = await quote(shop, till, 10_000, by=li, coupon_codes=(coupon.lower(),), points=4200)
    assert told["steps"] == [
        {"kind": "tier", "label": "金卡会员", "amount_fen": -500},
        {"kind": "coupon", "label": "新人券", "amount_fen": -1000},
        {"kind": "points", "label": "4200 积分抵现", "amount_fen": -4200},
    ]
    assert told["total_fen"] + sum(step["amount_fen"] for step in told["steps"]) == 4300
    assert (told["payable_fen"], told["coupon_codes"], told["points"]) == (4300, [coupon], 4200)


async def test_the_best_is_told_even_where_nothing_was_asked_for(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    coupon = (await coupons_of(li))["welcome10"]
    await give(shop, li, 1000, key="k")
    told = await quote(shop, till, 6000, by=li)
    assert told["payable_fen"] == 6000
    assert told["best"] == {"payable_fen": 4000, "coupon_codes": [coupon], "points": 1000}
    assert told["best_without_points"]["payable_fen"] == 5000
    assert reasons(told) == {coupon: ("not_asked", 0)}


async def test_a_missed_threshold_tells_its_gap_of_coupons_and_promotions(
    shop: Shop, till: Till
) -> None:
    await load_kinds(shop, promotions=[SHOPPING_BAG])
    li = await a_member(shop)
    coupon = (await coupons_of(li))["welcome10"]
    told = await quote(shop, till, 3200, by=li, coupon_codes=(coupon,))
    assert reasons(told) == {coupon: ("threshold", 1800), "bag": ("threshold", 10_800)}
    assert told["payable_fen"] == 3200
    dear = await quote(shop, till, 14_000)
    assert dear["steps"] == [{"kind": "promotion", "label": "满140减20", "amount_fen": -2000}]


async def test_without_a_member_whoever_holds_a_coupon_may_use_it(shop: Shop, till: Till) -> None:
    coupon = (await coupons_of(await a_member(shop)))["welcome10"]
    told = await quote(shop, till, 6000, coupon_codes=(coupon,))
    assert (told["payable_fen"], told["coupon_codes"]) == (5000, [coupon])


async def test_a_coupon_of_another_member_is_unknown(shop: Shop, till: Till) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    theirs = (await coupons_of(wang))["welcome10"]
    told = await quote(shop, till, 6000, by=li, coupon_codes=(theirs, "NOSUCHCODE"))
    assert told["payable_fen"] == 6000
    assert [reasons(told)[code][0] for code in (theirs, "NOSUCHCODE")] == ["unknown"] * 2


async def test_a_coupon_for_another_place_or_tier_says_so(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    coupon = (await coupons_of(li))["welcome10"]
    scoped = '"kind": "money_off", "stores": ["cq01"]'
    await rows("UPDATE coupons SET terms = REPLACE(terms, $1, $2)", '"kind": "money_off"', scoped)
    for typed in ((coupon,), ()):
        told = await quote(shop, till, 6000, by=li, coupon_codes=typed)
        assert reasons(told) == {coupon: ("wrong_store", 0)}


async def test_a_used_coupon_is_told_as_used(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    coupon = (await coupons_of(li))["welcome10"]
    await rows("UPDATE coupons SET state = 'used', uses_left = 0")
    assert reasons(await quote(shop, till, 6000, by=li)) == {}
    told = await quote(shop, till, 6000, by=li, coupon_codes=(coupon, coupon))
    [left] = told["unused"]
    assert left == {"code": coupon, "name": left["name"], "reason": "used", "gap_fen": 0}
    assert left["name"]


async def test_points_that_may_not_be_used_are_refused_with_the_figures(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    await give(shop, li, 4950, key="k")
    with pytest.raises(NotEnoughPoints) as poor:
        await quote(shop, till, 32_000, by=li, points=5100)
    assert poor.value.facts["balance"] == 5000
    with pytest.raises(OffsetAboveCap) as above:
        await quote(shop, till, 3200, by=li, points=1700)
    assert above.value.facts["most"] == 1600
    with pytest.raises(OffsetNotInSteps):
        await quote(shop, till, 3200, by=li, points=150)
    with pytest.raises(OffsetNeedsMember):
        await quote(shop, till, 3200, points=100)


async def test_stored_value_is_counted_as_far_as_it_goes(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await rows(
        "INSERT INTO ledger_accounts (member_id, unit, name, balance, held)"
        " VALUES ($1, 'principal', 'member', 2000, 0)",
        li.member_id,
    )
    for asked, used in ((1500, 1500), (9000, 2000), (0, 0)):
        told = await quote(shop, till, 3200, by=li, stored_fen=asked)
        assert (told["payable_fen"], told["stored_fen"]) == (3200, used)
        assert told["rest_fen"] == 3200 - used
    assert (await quote(shop, till, 3200, stored_fen=100))["stored_fen"] == 0


async def test_a_quote_reads_the_code_and_leaves_it_good(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    code = await code_of(shop, li)
    for _ in range(2):
        await make_quote(shop, till, QuoteRequest([a_line(3200)], code))
    await record_purchase(shop, till, a_report(shop, member_code=code))
    with pytest.raises(MemberCodeUsed):
        await make_quote(shop, till, QuoteRequest([a_line(3200)], code))
    with pytest.raises(MemberCodeUnknown):
        await make_quote(shop, till, QuoteRequest([a_line(3200)], "66" + "0" * 16))


async def test_nothing_but_the_quote_is_written(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    coupons = tuple((await coupons_of(li)).values())
    tables = ("coupons", "coupon_uses", "member_code_uses", "ledger_transactions", "purchases")
    before = [await rows(f"SELECT * FROM {table}") for table in tables]
    await quote(shop, till, 6000, by=li, coupon_codes=coupons)
    assert [await rows(f"SELECT * FROM {table}") for table in tables] == before
    assert len(await rows("SELECT id FROM quotes")) == 1


async def test_a_basket_below_zero_is_a_refund(shop: Shop, till: Till) -> None:
    with pytest.raises(BasketBelowZero):
        await quote(shop, till, 3200, a_line(-3201))


async def test_a_till_that_guesses_codes_has_to_wait(shop: Shop, till: Till) -> None:
    guesses = tuple(f"GUESS{number}" for number in range(20))
    for _ in range(3):
        await quote(shop, till, 3200, coupon_codes=guesses)
    with pytest.raises(TooManyCouponCodes):
        await quote(shop, till, 3200, coupon_codes=guesses)
    assert (await quote(shop, till, 3200))["payable_fen"] == 3200


async def test_points_past_their_last_day_pay_nothing(shop: Shop, till: Till, clock: Any) -> None:
    li = await a_member(shop)
    await give(shop, li, 1000, key="k")
    clock.pass_time(days=366)
    assert (await quote(shop, till, 6000, by=li))["best"]["points"] == 0
