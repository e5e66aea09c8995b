"""Identifying: what a till is told of whoever shows a member code."""

import pytest

from loyalty.member_codes import MemberCodeUnknown, MemberCodeUsed
from services.org.tills import Till
from services.purchases.identifying import identify_member
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.sql import rows
from tests.services.posting import give
from tests.services.quoting import code_of, coupons_of, make_gold
from tests.shop_parts import a_member, a_report


async def test_a_member_is_told_with_tier_points_and_coupons(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await make_gold(li)
    await give(shop, li, 100, key="k")
    told = await identify_member(shop, till, await code_of(shop, li))
    assert told == {
        "member_no": li.member_no,
        "name_masked": "",
        "tier": "gold",
        "discount_percent": 95,
        "points_balance": 150,
        "stored_fen": 0,
        "coupons": [
            {
                "code": (await coupons_of(li))["welcome10"],
                "name": "新人券",
                "usable": True,
                "reason": None,
            }
        ],
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("offered_at = 1", "offered"),
        ("starts_on = '2027-01-12'", "not_started"),
        ('terms = REPLACE(terms, \'"kind"\', \'"tiers": ["gold"], "kind"\')', "wrong_tier"),
    ],
)
async def test_a_coupon_that_is_no_good_here_and_now_says_why(
    shop: Shop, till: Till, change: str, reason: str
) -> None:
    li = await a_member(shop)
    await rows(f"UPDATE coupons SET {change}")
    told = await identify_member(shop, till, await code_of(shop, li))
    assert [(one["usable"], one["reason"]) for one in told["coupons"]] == [(False, reason)]


async def test_identifying_leaves_the_code_good_and_a_used_one_is_gone(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    code = await code_of(shop, li)
    for _ in range(2):
        await identify_member(shop, till, code)
    await record_purchase(shop, till, a_report(shop, member_code=code))
    with pytest.raises(MemberCodeUsed):
        await identify_member(shop, till, code)


async def test_a_made_up_code_or_one_of_somebody_who_left_is_unknown(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    code = await code_of(shop, li)
    await rows("UPDATE members SET state = 'closed'")
    for unknown in (code, "66" + "0" * 16):
        with pytest.raises(MemberCodeUnknown):
            await identify_member(shop, till, unknown)
