"""Limits of campaigns: a stable hold-out, periods with rest, costs, and who is missed when."""

from datetime import date

import pytest

from loyalty.campaign_limits import (
    cost_fen,
    hides_its_cost,
    is_held_out,
    missed_after,
    period_of,
)
from loyalty.campaign_terms import CampaignTerms
from loyalty.campaigns import campaign_of
from loyalty.shop_file.reading import CouponKind

DAY = date(2027, 1, 11)
TEN_OFF = CouponKind(code="ten", name="…", kind="money_off", amount_fen=1000)
CAKE = CouponKind(code="cake", name="…", kind="gift", item="cake")
PERCENT = CouponKind(code="percent", name="…", kind="percent_off", discount_percent=80, max_fen=500)
KINDS = {kind.code: kind for kind in (TEN_OFF, CAKE, PERCENT)}


def terms(trigger: str = "dormant:30d", *coupons: str, **more: object) -> CampaignTerms:
    actions = (("points", 50), *(("coupon", code) for code in coupons))
    return CampaignTerms(code="test", trigger=trigger, actions=actions, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("percent", [1, 10, 50])
def test_the_share_that_is_held_out_is_the_one_asked_for(percent: int) -> None:
    held_out = sum(is_held_out("comeback", member_id, percent) for member_id in range(20_000))
    assert held_out / 200 == pytest.approx(percent, abs=1)


def test_who_is_held_out_is_told_by_member_and_campaign_alone() -> None:
    found = [is_held_out("comeback", member_id, 50) for member_id in range(100)]
    assert found == [is_held_out("comeback", member_id, 50) for member_id in range(100)]
    assert found != [is_held_out("other", member_id, 50) for member_id in range(100)]
    assert not any(is_held_out("comeback", member_id, 0) for member_id in range(1000))


@pytest.mark.parametrize(
    ("rule", "last_on", "period"),
    [
        ("once", DAY, "once"),
        ("year", DAY, "2027"),
        ("month", DAY, "2027-01"),
        ("every", DAY, "cue-7"),
        ("30d", None, "30d:3"),
        ("30d", date(2026, 12, 12), "30d:3"),
        ("30d", date(2026, 12, 13), None),
    ],
)
def test_each_rule_has_its_periods(rule: str, last_on: date | None, period: str | None) -> None:
    assert period_of(rule, DAY, turn="cue-7", earlier=2, last_on=last_on) == period


@pytest.mark.parametrize(
    ("coupons", "stated", "cost"),
    [
        ((), None, 50),
        (("ten",), None, 1050),
        (("percent", "cake"), None, 550),
        (("cake",), 700, 700),
    ],
)
def test_an_effect_costs_what_it_takes_off_at_most(
    coupons: tuple[str, ...], stated: int | None, cost: int
) -> None:
    campaign = campaign_of(terms("join", *coupons, cost_fen=stated))
    assert cost_fen(campaign, KINDS, point_fen=1) == cost


def test_of_goods_somebody_has_to_say_what_they_cost() -> None:
    assert hides_its_cost(campaign_of(terms("join", "cake")), KINDS)
    assert not hides_its_cost(campaign_of(terms("join", "cake", cost_fen=0)), KINDS)
    assert not hides_its_cost(campaign_of(terms("join", "ten", "percent")), KINDS)


@pytest.mark.parametrize(
    ("rhythm", "median", "days"),
    [(False, 7, 30), (True, None, 30), (True, 14, 30), (True, 28, 60), (True, 7, 15), (True, 1, 7)],
)
def test_a_guest_is_missed_in_proportion_to_their_rhythm(
    rhythm: bool, median: int | None, days: int
) -> None:
    assert missed_after(terms(rhythm=rhythm), median) == days
