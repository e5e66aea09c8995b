"""Earning by purchase (消费积分): what a net purchase deserves, by the rule of its day."""

import json
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.earning import Boost, Earning, NoPoints, deserved, earning_from, reckon
from loyalty.refunds import (
    RefundExceedsSale,
    RefundLine,
    Returned,
    Sale,
    SaleLine,
    refunded_fen,
)
from tests.loyalty.test_refunds import goods, pieces_of, sales

LATTE = SaleLine("latte", "coffee", 1, 3200)
CAKE = SaleLine("cake", "bakery", 1, 1000)
CARD = SaleLine("card100", "gift_card", 1, 10_000)
PLAIN = Earning(per_yuan=1)
NO_CARDS = Earning(per_yuan=1, excluded_categories=("gift_card",))
DOUBLE = Boost("double", "double day", percent=200)
TRIPLE_CAKES = Boost("cakes", "cake day", percent=300, categories=("bakery",))
BONUS = Boost("bonus", "bonus of 20", points=20, threshold_fen=3000)
GOLDEN = Boost("gold", "gold only", percent=500, tiers=("gold",))

RULES = st.builds(
    Earning,
    per_yuan=st.integers(0, 5),
    boosts=st.lists(st.sampled_from([DOUBLE, TRIPLE_CAKES, BONUS, GOLDEN]), max_size=3).map(tuple),
    excluded_categories=st.sampled_from([(), ("coffee",)]),
    cap_per_receipt=st.none() | st.integers(0, 300),
    day_allowance=st.none() | st.integers(0, 200),
)


def sale(*lines: SaleLine, paid_fen: int | None = None) -> Sale:
    total_fen = sum(line.amount_fen for line in lines)
    return Sale(total_fen if paid_fen is None else paid_fen, lines)


def test_a_receipt_of_32_yuan_earns_32_points() -> None:
    assert deserved(PLAIN, sale(LATTE)) == 32


def test_rounding_happens_once_for_the_receipt_not_per_line() -> None:
    candy = SaleLine("candy", "sweets", 1, 150)
    assert deserved(PLAIN, sale(candy, candy, candy)) == 4
    assert deserved(Earning(per_yuan=1, boosts=(DOUBLE,)), sale(candy)) == 3


def test_excluded_goods_earn_nothing() -> None:
    assert deserved(NO_CARDS, sale(LATTE, CARD)) == 32
    assert deserved(NO_CARDS, sale(CARD)) == 0
    assert deserved(Earning(per_yuan=1, excluded_skus=("latte",)), sale(LATTE)) == 0


def test_reward_lines_earn_nothing_paid_for_or_not() -> None:
    cup = SaleLine("cup", "reward", 1, 1000)
    assert deserved(PLAIN, sale(LATTE, cup)) == 32
    assert deserved(PLAIN, sale(LATTE, cup, paid_fen=3200)) == 32
    assert deserved(PLAIN, sale(LATTE, SaleLine("cup", "reward", 1, 0))) == 32
    assert deserved(PLAIN, sale(LATTE, SaleLine("off", "reward", 1, -200))) == 30


def test_a_discount_on_the_whole_order_falls_on_all_lines_alike() -> None:
    assert reckon(NO_CARDS, sale(LATTE, CARD, paid_fen=6600)).base_fen == 1600


def test_nothing_paid_earns_nothing() -> None:
    assert deserved(Earning(per_yuan=1, boosts=(DOUBLE, BONUS)), sale(LATTE, paid_fen=0)) == 0


def test_of_several_multipliers_the_best_one_counts_and_they_never_multiply() -> None:
    better = Boost("triple", "triple day", percent=300)
    told = reckon(Earning(per_yuan=1, boosts=(DOUBLE, better)), sale(LATTE))
    assert (told.points, told.multiplier) == (96, better)


def test_a_boost_of_some_goods_multiplies_only_their_share() -> None:
    told = reckon(Earning(per_yuan=1, boosts=(TRIPLE_CAKES,)), sale(LATTE, CAKE))
    assert told.points == 32 + 30


def test_a_high_percentage_on_little_does_not_push_out_a_better_one() -> None:
    told = reckon(Earning(per_yuan=1, boosts=(TRIPLE_CAKES, DOUBLE)), sale(LATTE, CAKE))
    assert (told.points, told.multiplier) == (84, DOUBLE)


def test_flat_bonuses_add_up_and_are_not_multiplied() -> None:
    more = Boost("more", "more", points=5)
    assert deserved(Earning(per_yuan=1, boosts=(DOUBLE, BONUS, more)), sale(LATTE)) == 64 + 25


def test_a_bonus_asks_for_its_threshold_and_is_lost_below_it() -> None:
    rule = Earning(per_yuan=1, boosts=(BONUS,))
    assert deserved(rule, sale(LATTE)) == 52
    assert deserved(rule, sale(LATTE), Returned(200)) == 50
    assert deserved(rule, sale(LATTE), Returned(201)) == 29


def test_a_boost_of_a_tier_is_for_that_tier() -> None:
    assert deserved(Earning(per_yuan=1, boosts=(GOLDEN,)), sale(LATTE)) == 32
    assert deserved(Earning(per_yuan=1, boosts=(GOLDEN,), tier="gold"), sale(LATTE)) == 160


def test_caps_cut_what_a_receipt_and_a_day_bring() -> None:
    assert deserved(Earning(per_yuan=1, cap_per_receipt=20), sale(LATTE)) == 20
    assert deserved(Earning(per_yuan=1, cap_per_receipt=20, day_allowance=5), sale(LATTE)) == 5


def test_a_refund_under_a_cap_takes_only_what_is_no_longer_deserved() -> None:
    rule = Earning(per_yuan=1, cap_per_receipt=20)
    assert deserved(rule, sale(LATTE), Returned(1200)) == 20
    assert deserved(rule, sale(LATTE), Returned(1300)) == 19


def test_what_was_paid_with_given_money_earns_nothing() -> None:
    rule = Earning(per_yuan=1, bonus_paid_fen=800)
    assert deserved(rule, sale(LATTE)) == 24
    assert deserved(rule, sale(LATTE), Returned(1600)) == 12


def test_returning_what_never_earned_takes_nothing() -> None:
    card_back = goods(RefundLine("card100", 1, 10_000))
    assert deserved(NO_CARDS, sale(LATTE, CARD), card_back) == 32
    assert deserved(NO_CARDS, sale(LATTE, CARD), goods(RefundLine("latte", 1, 3200))) == 0


def test_a_boost_of_some_goods_tells_what_it_covers() -> None:
    rule = Earning(per_yuan=1, boosts=(TRIPLE_CAKES,))
    reckoning = reckon(rule, sale(LATTE, CAKE))
    assert (reckoning.base_fen, reckoning.covered_fen, reckoning.points) == (4200, 1000, 62)
    assert reckon(rule, sale(LATTE)).covered_fen == 0


@pytest.mark.parametrize(("rule", "lines", "refunded_fen", "why"), [
    (PLAIN, [LATTE], 0, None),
    (PLAIN, [LATTE], 3101, NoPoints.SMALL),
    (PLAIN, [LATTE], 3200, NoPoints.RETURNED),
    (PLAIN, [], 0, NoPoints.SMALL),
    (NO_CARDS, [CARD], 0, NoPoints.EXCLUDED),
    (Earning(per_yuan=1, day_allowance=0), [LATTE], 0, NoPoints.CAPPED),
    (Earning(per_yuan=1, bonus_paid_fen=3200), [LATTE], 0, NoPoints.GIVEN_MONEY),
])  # fmt: skip
def test_why_there_are_no_points(
    rule: Earning, lines: list[SaleLine], refunded_fen: int, why: NoPoints | None
) -> None:
    bought = sale(*lines)
    reckoning = reckon(rule, bought, Returned(refunded_fen))
    told = reckoning.no_points(rule, paid_fen=bought.paid_fen, refunded_fen=refunded_fen)
    assert told == why


def test_the_facts_tell_what_the_points_come_from() -> None:
    rule = Earning(rules=7, per_yuan=1, tier="base", boosts=(DOUBLE, BONUS), cap_per_receipt=60)
    facts = reckon(rule, sale(LATTE)).facts(rule)
    assert facts == {
        "rules": 7,
        "tier": "base",
        "base_fen": 3200,
        "per_yuan": 1,
        "multiplier": {"code": "double", "name": "double day", "percent": 200, "covered_fen": 3200},
        "bonuses": [{"code": "bonus", "name": "bonus of 20", "points": 20}],
        "uncapped": 84,
        "cap_per_receipt": 60,
        "day_allowance": None,
    }


@given(RULES)
def test_a_rule_is_read_as_it_was_kept(rule: Earning) -> None:
    assert earning_from(json.loads(json.dumps(rule.as_data()))) == rule


def test_a_purchase_from_before_rules_were_kept_earns_nothing_anew() -> None:
    assert earning_from({}) == Earning()
    assert earning_from({"per_yuan": 3}) == Earning(per_yuan=3)


@pytest.mark.parametrize("parts", [[200] * 20, [1, 3999], [3999, 1], [4000]])
def test_twenty_small_refunds_take_as_much_as_one_large(parts: list[int]) -> None:
    bought, rule, returned = sale(LATTE, CAKE), Earning(per_yuan=3, boosts=(BONUS,)), Returned()
    standing = deserved(rule, bought)
    for part in parts:
        returned += Returned(part)
        standing -= max(0, standing - deserved(rule, bought, returned))
    assert standing == deserved(rule, bought, Returned(4000)) == 6


@given(RULES, sales(), st.randoms(use_true_random=False))
def test_what_is_deserved_never_rises_and_ends_at_nothing(
    rule: Earning, some_sale: Sale, chance: Random
) -> None:
    returned, was = Returned(), deserved(rule, some_sale)
    parts = [goods(piece) for piece in pieces_of(some_sale)]
    parts += [Returned(chance.randint(1, 5000)) for _ in range(4)]
    chance.shuffle(parts)
    for part in parts:
        with suppress(RefundExceedsSale):
            refunded_fen(some_sale, returned + part)
            returned += part
        now = deserved(rule, some_sale, returned)
        assert now <= was
        was = now
    assert refunded_fen(some_sale, returned) < some_sale.paid_fen or was == 0


@given(RULES, sales(), st.lists(st.integers(0, 20_000), min_size=1, max_size=20))
def test_refunds_of_money_in_any_parts_end_where_one_refund_ends(
    rule: Earning, some_sale: Sale, cuts: list[int]
) -> None:
    totals = sorted(cut % (some_sale.paid_fen + 1) for cut in cuts)
    standing = deserved(rule, some_sale)
    for total in totals:
        now = deserved(rule, some_sale, Returned(total))
        assert now <= standing
        standing = now
    assert deserved(rule, some_sale, Returned(some_sale.paid_fen)) == 0
