"""Boosts, promotions, rewards and stored value (优惠、储值) in the shop file, and their faults."""

import tomllib
from typing import Any

import pytest

from loyalty.shop_file.reading import (
    KnownCodes,
    PointBoost,
    PointsPolicy,
    Promotion,
    Reward,
    ShopFile,
    ShopFileFault,
    ShopFileFaults,
    TopUpOffer,
    WalletTerms,
    read_shop_file,
)
from loyalty.shop_file.terms import Scope

Data = dict[str, Any]
BOOST = 'code = "b"\nname = "双倍"\npercent = 200'
PROMOTION = 'code = "p"\nname = "满减"\nkind = "money_off"\namount_fen = 2000'
BUNDLE = 'code = "p"\nname = "套餐"\nkind = "bundle"\nskus = ["a", "b"]\nprice_fen = 3900'
REWARD = 'code = "r"\nname = "拿铁"\npoints = 600\ncoupon = "latte"'
OFFER = 'code = "o"\npaid_fen = 50000\nbonus_fen = 5000'
KNOWN = KnownCodes(stores=frozenset({"cd01"}), coupon_kinds=frozenset({"latte"}))


def read(section: str, text: str) -> ShopFile:
    return read_shop_file(tomllib.loads(f"[[{section}]]\n{text}"), known=KNOWN)


def faults_of(section: str, text: str) -> list[str]:
    """The keys that are refused in the one part there is."""
    try:
        read(section, text)
    except ShopFileFaults as wrong:
        return [fault.path.removeprefix(f"{section}[0].") for fault in wrong.faults]
    return []


def faults_in(text: str) -> list[ShopFileFault]:
    with pytest.raises(ShopFileFaults) as wrong:
        read_shop_file(tomllib.loads(text), known=KNOWN)
    return list(wrong.value.faults)


def test_a_boost_doubles_or_adds_points_within_its_scope() -> None:
    day = read("point_boosts", f"{BOOST}\ndays_of_month = [8]").point_boosts
    assert day == (PointBoost("b", "双倍", percent=200, scope=Scope(days_of_month=(8,))),)
    flat = read("point_boosts", BOOST.replace("percent = 200", "points = 20")).point_boosts
    assert flat == (PointBoost("b", "双倍", points=20),)


@pytest.mark.parametrize(("more", "faults"), [
    ("points = 20", ["percent"]),
    ("threshold_fen = -1", ["threshold_fen"]),
    ("weekdays = [0]", ["weekdays"]),
    ("weekdays = [8]", ["weekdays"]),
    ("weekdays = [1, 1]", ["weekdays"]),
    ("weekdays = []", ["weekdays"]),
    ("weekdays = 1", ["weekdays"]),
    ("weekdays = [true]", ["weekdays"]),
    ("days_of_month = [32]", ["days_of_month"]),
    ('excluded_days = ["2027-02-30"]', ["excluded_days"]),
    ('stores = ["CD01"]', ["stores"]),
    ('stores = ["cd09"]', ["stores[0]"]),
    ('tiers = ["gold"]', ["tiers[0]"]),
    ('regions = ["cd"]', ["regions[0]"]),
    ('categories = [""]', ["categories"]),
    ('categories = ["茶饮"]\nexcluded_categories = ["茶饮"]', ["excluded_categories"]),
    ("from = 2027-02-02\nuntil = 2027-02-01", ["until"]),
    ('from = "soon"', ["from"]),
    ("colour = 1", ["colour"]),
])  # fmt: skip
def test_a_boost_that_makes_no_sense_is_refused(more: str, faults: list[str]) -> None:
    assert faults_of("point_boosts", f"{BOOST}\n{more}") == faults


@pytest.mark.parametrize("percent", ["percent = 100", "percent = 10001", ""])
def test_a_boost_gives_more_than_usual(percent: str) -> None:
    text = BOOST.replace("percent = 200", percent)
    assert faults_of("point_boosts", text) == ["percent"]


def test_promotions_of_each_kind_are_read() -> None:
    every = read("promotions", f"{PROMOTION}\nthreshold_fen = 10000\nevery = true").promotions
    assert every == (
        Promotion("p", "满减", "money_off", threshold_fen=10_000, amount_fen=2000, every=True),
    )
    percent = PROMOTION.replace("money_off", "percent_off").replace("amount_fen = 2000", "")
    cheaper = read("promotions", f"{percent}\ndiscount_percent = 80\nwith_tier_price = true")
    assert (cheaper.promotions[0].discount_percent, cheaper.promotions[0].with_tier_price) == (
        80,
        True,
    )
    bundle = Promotion("p", "套餐", "bundle", skus=("a", "b"), price_fen=3900)
    assert read("promotions", BUNDLE).promotions == (bundle,)


@pytest.mark.parametrize(("more", "faults"), [
    ("every = true", ["threshold_fen"]),
    ("every = true\nthreshold_fen = 1999", ["threshold_fen"]),
    ("every = true\nthreshold_fen = 2000", []),
    ("every = 1", ["every"]),
    ("discount_percent = 80", ["discount_percent"]),
    ('skus = ["a", "b"]\nprice_fen = 1', ["skus", "price_fen"]),
    ("max_fen = 1", ["max_fen"]),
    ('stores = ["cd01"]\ncategories = ["茶饮"]\nuntil = 2027-02-01', []),
])  # fmt: skip
def test_a_promotion_takes_only_what_its_kind_has(more: str, faults: list[str]) -> None:
    assert faults_of("promotions", f"{PROMOTION}\n{more}") == faults


@pytest.mark.parametrize(("old", "new", "faults"), [
    ("money_off", "percent_off", ["amount_fen", "discount_percent"]),
    ("amount_fen = 2000", "", ["amount_fen"]),
    ("amount_fen = 2000", "amount_fen = 0", ["amount_fen"]),
    ("money_off", "gift", ["kind"]),
    ('kind = "money_off"\n', "every = true\n", ["kind", "every"]),
    ('kind = "money_off"\namount_fen = 2000', 'kind = "percent_off"\ndiscount_percent = 100',
     ["discount_percent"]),
    ('kind = "money_off"\namount_fen = 2000',
     'kind = "percent_off"\ndiscount_percent = 80\nevery = true', ["every"]),
])  # fmt: skip
def test_a_promotion_without_its_figures_is_refused(old: str, new: str, faults: list[str]) -> None:
    assert old in PROMOTION
    assert sorted(faults_of("promotions", PROMOTION.replace(old, new))) == sorted(faults)


@pytest.mark.parametrize(("old", "new", "faults"), [
    ('["a", "b"]', '["a"]', ["skus"]),
    ('["a", "b"]', '["a", "a"]', ["skus"]),
    ('["a", "b"]', "[]", ["skus"]),
    ('skus = ["a", "b"]\n', "", ["skus"]),
    ("price_fen = 3900", "", ["price_fen"]),
    ("price_fen = 3900", "price_fen = -1", ["price_fen"]),
    ("price_fen = 3900", "price_fen = 1\nthreshold_fen = 5", ["threshold_fen"]),
    ("price_fen = 3900", 'price_fen = 1\ncategories = ["茶饮"]', ["categories"]),
])  # fmt: skip
def test_a_bundle_is_two_goods_or_more_at_one_price(old: str, new: str, faults: list[str]) -> None:
    assert old in BUNDLE
    assert faults_of("promotions", BUNDLE.replace(old, new)) == faults


def test_a_reward_is_a_coupon_for_points() -> None:
    text = f"{REWARD}\nstock = 5\nper_member = 1\nreturns_points = true"
    reward = Reward("r", "拿铁", 600, "latte", stock=5, per_member=1, returns_points=True)
    assert read("rewards", text).rewards == (reward,)


@pytest.mark.parametrize(("old", "new", "faults"), [
    ('coupon = "latte"', "", ["coupon"]),
    ('coupon = "latte"', 'coupon = "mocha"', ["coupon"]),
    ('coupon = "latte"', 'coupon = "latte"\ncategories = ["茶饮"]', ["categories"]),
    ("points = 600", "points = 0", ["points"]),
    ("points = 600", "points = 600\nstock = -1", ["stock"]),
    ("points = 600", "points = 600\nper_member = 0", ["per_member"]),
])  # fmt: skip
def test_a_reward_that_names_no_coupon_or_price_is_refused(
    old: str, new: str, faults: list[str]
) -> None:
    assert old in REWARD
    assert faults_of("rewards", REWARD.replace(old, new)) == faults


def test_stored_value_has_limits_and_offers() -> None:
    shop = read_shop_file(
        {"wallet": {"limit_fen": 100_000}, "topup_offers": [tomllib.loads(OFFER)]}
    )
    assert shop.wallet == WalletTerms(limit_fen=100_000)
    assert shop.topup_offers == (TopUpOffer("o", 50_000, 5_000),)


@pytest.mark.parametrize("line", [
    "limit_fen = 0", "limit_fen = 500001", "hold_minutes = 0", "confirm_above_fen = -1",
    "withdraw_days = 366", "alone_fen = -1", "minutes = 5",
])  # fmt: skip
def test_a_wallet_outside_the_law_or_reason_is_refused(line: str) -> None:
    [fault] = faults_in(f"[wallet]\n{line}")
    assert fault.path == f"wallet.{line.split(' ')[0]}"


@pytest.mark.parametrize(("old", "new", "faults"), [
    ("paid_fen = 50000", "paid_fen = 0", ["paid_fen"]),
    ("paid_fen = 50000", "paid_fen = 500001", ["paid_fen"]),
    ("paid_fen = 50000", "", ["paid_fen"]),
    ("bonus_fen = 5000", "bonus_fen = 0", ["bonus_fen"]),
    ("bonus_fen = 5000", "bonus_fen = 5000\nbonus_days = 0", ["bonus_days"]),
])  # fmt: skip
def test_a_top_up_offer_that_gives_nothing_is_refused(
    old: str, new: str, faults: list[str]
) -> None:
    assert old in OFFER
    assert faults_of("topup_offers", OFFER.replace(old, new)) == faults


def test_an_offer_above_the_limit_of_a_card_is_refused() -> None:
    [fault] = faults_in(f"[wallet]\nlimit_fen = 40000\n[[topup_offers]]\n{OFFER}")
    assert str(fault) == (
        "topup_offers[0].paid_fen: is above wallet.limit_fen: write 40000 or less"
    )
    [other] = faults_in(f"[wallet]\nlimit_fen = -1\n[[topup_offers]]\n{OFFER}")
    assert other.path == "wallet.limit_fen"


def test_every_figure_about_points_is_read() -> None:
    text = 'cap_per_receipt = 500\ncap_per_day = 900\nexcluded_categories = ["礼品卡"]\n'
    text += "claims_per_day = 10\nclaims_per_store_per_day = 3\n"
    text += 'excluded_skus = ["gift-100"]\nbonus_paid_earns = true\nreturn_days = 0\n'
    points = read_shop_file(tomllib.loads(f"[points]\n{text}pending_from_fen = 100")).points
    assert points == PointsPolicy(
        cap_per_receipt=500,
        cap_per_day=900,
        excluded_categories=("礼品卡",),
        excluded_skus=("gift-100",),
        bonus_paid_earns=True,
        return_days=0,
        pending_from_fen=100,
        claims_per_day=10,
        claims_per_store_per_day=3,
    )


@pytest.mark.parametrize("line", [
    "cap_per_receipt = 0", "cap_per_day = 0", "excluded_categories = 1", "excluded_skus = [1]",
    'bonus_paid_earns = "yes"', "return_days = 366", "adjust_limit = -1", "pending_days = 366",
    "pending_from_fen = -1", "value_fen = 0", "offset_unit = 0", "offset_percent_cap = -1",
    "claims_per_day = -1", "claims_per_store_per_day = -1",
])  # fmt: skip
def test_a_figure_about_points_out_of_range_is_refused(line: str) -> None:
    [fault] = faults_in(f"[points]\n{line}")
    assert fault.path == f"points.{line.split(' ')[0]}"
    assert fault.problem
    assert fault.remedy
