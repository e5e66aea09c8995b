"""Scopes (适用范围): the day, the place, the tier and the goods something holds for."""

from datetime import date

import pytest

from loyalty.scopes import Miss, Occasion, covers_goods, misses
from loyalty.shop_file.terms import ANYWHERE, Scope

FRIDAY = date(2027, 1, 8)
OCCASION = Occasion(FRIDAY, store="cd01", region="cd", tier="gold")


def test_an_empty_scope_holds_anywhere_at_any_time_for_everybody_and_all_goods():
    assert misses(ANYWHERE, Occasion(FRIDAY)) is None
    assert covers_goods(ANYWHERE, "coffee")
    assert covers_goods(ANYWHERE, "")


@pytest.mark.parametrize("scope", [
    Scope(first_day=FRIDAY, last_day=FRIDAY),
    Scope(stores=("cd02", "cd01"), regions=("cd",), tiers=("silver", "gold")),
    Scope(weekdays=(5,), days_of_month=(8, 18)),
    Scope(excluded_days=(date(2027, 1, 9),)),
    Scope(categories=("coffee",)),
])  # fmt: skip
def test_a_scope_holds_when_each_of_its_limits_does(scope):
    assert misses(scope, OCCASION) is None


@pytest.mark.parametrize(("scope", "miss"), [
    (Scope(first_day=date(2027, 1, 9)), Miss.NOT_YET),
    (Scope(last_day=date(2027, 1, 7)), Miss.OVER),
    (Scope(weekdays=(6, 7)), Miss.DAY),
    (Scope(days_of_month=(9,)), Miss.DAY),
    (Scope(weekdays=(5,), days_of_month=(9,)), Miss.DAY),
    (Scope(weekdays=(4,), days_of_month=(8,)), Miss.DAY),
    (Scope(weekdays=(5,), excluded_days=(FRIDAY,)), Miss.DAY),
    (Scope(stores=("cd02",)), Miss.STORE),
    (Scope(regions=("cq",)), Miss.REGION),
    (Scope(stores=("cd01",), regions=("cq",)), Miss.REGION),
    (Scope(tiers=("silver",)), Miss.TIER),
])  # fmt: skip
def test_what_a_scope_misses_is_named(scope, miss):
    assert misses(scope, OCCASION) is miss


@pytest.mark.parametrize(("weekday", "day"), [(1, date(2027, 1, 11)), (7, date(2027, 1, 10))])
def test_weekdays_count_from_one_monday(weekday, day):
    assert misses(Scope(weekdays=(weekday,)), Occasion(day)) is None


def test_of_several_misses_the_first_is_told():
    scope = Scope(last_day=date(2027, 1, 7), stores=("cd02",), tiers=("silver",))
    assert misses(scope, OCCASION) is Miss.OVER
    assert misses(Scope(stores=("cd02",), tiers=("silver",)), OCCASION) is Miss.STORE


@pytest.mark.parametrize(("scope", "miss"), [
    (Scope(stores=("cd01",)), Miss.STORE),
    (Scope(regions=("cd",)), Miss.REGION),
    (Scope(tiers=("gold",)), Miss.TIER),
])  # fmt: skip
def test_what_is_not_known_misses_a_scope_that_asks_for_it(scope, miss):
    assert misses(scope, Occasion(FRIDAY)) is miss


def test_goods_are_covered_by_their_category_and_an_exclusion_wins():
    assert covers_goods(Scope(categories=("coffee", "bakery")), "bakery")
    assert not covers_goods(Scope(categories=("coffee",)), "bakery")
    assert not covers_goods(Scope(categories=("coffee",)), "")
    assert covers_goods(Scope(excluded_categories=("gift_card",)), "coffee")
    both = Scope(categories=("coffee",), excluded_categories=("coffee",))
    assert not covers_goods(both, "coffee")
