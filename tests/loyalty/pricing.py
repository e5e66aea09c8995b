"""Baskets, coupons and offers as tests of prices write them, and as Hypothesis makes them up."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from loyalty.coupons import CouponCopy
from loyalty.prices import Basket, Line, Offers
from loyalty.shop_file.terms import CouponKind, PointsPolicy, Promotion, Scope, Tier

TODAY = date(2027, 1, 11)
LAST_DAY = date(2027, 2, 10)
CATEGORIES = ("coffee", "cake", "shipping")
SKUS = {"coffee": ("latte", "mocha"), "cake": ("tart", "roll"), "shipping": ("courier",)}


def a_line(amount_fen: int, sku: str = "latte", quantity: int = 1) -> Line:
    category = next((name for name, skus in SKUS.items() if sku in skus), "other")
    return Line(sku, sku.upper(), category, quantity, amount_fen)


def a_basket(*lines: Line | int) -> Basket:
    """Bare amounts are lattes."""
    return Basket(tuple(a_line(line) if isinstance(line, int) else line for line in lines))


def a_coupon(kind: str, code: str = "c", *, ends_on: date = LAST_DAY, **terms: Any) -> CouponCopy:
    scope = Scope(categories=terms.pop("categories", ()))
    copied = CouponKind(code=kind, name=f"the {kind}", kind=kind, scope=scope, **terms)
    return CouponCopy(code, kind, copied, starts_on=TODAY, ends_on=ends_on)


def a_promotion(kind: str, code: str = "p", **terms: Any) -> Promotion:
    scope = Scope(categories=terms.pop("categories", ()))
    return Promotion(code=code, name=f"the {kind}", kind=kind, scope=scope, **terms)


def a_tier(percent: int) -> Tier:
    return Tier("gold", "the gold tier", 2000, discount_percent=percent)


def some_offers(*promotions: Promotion, percent: int | None = None, **points: int) -> Offers:
    tier = None if percent is None else a_tier(percent)
    return Offers(promotions, tier, PointsPolicy(**points))  # type: ignore[arg-type]


amounts = st.integers(0, 12_000)
categories = st.sampled_from([(), ("coffee",), ("cake",)])
thresholds = st.sampled_from([0, 0, 2000, 5000])

lines = st.builds(
    a_line,
    st.one_of(amounts, st.integers(-1500, 0)),
    st.sampled_from([sku for skus in SKUS.values() for sku in skus]),
    st.integers(1, 3),
)
baskets = (
    st.lists(lines, min_size=1, max_size=5)
    .map(lambda some: Basket(tuple(some)))
    .filter(lambda basket: basket.total_fen >= 0)
)


@st.composite
def coupons(draw: st.DrawFn) -> CouponCopy:
    kind = draw(st.sampled_from(["money_off", "percent_off", "exchange", "count", "shipping"]))
    figures: dict[str, Any] = {
        "money_off": {"amount_fen": draw(st.integers(1, 4000))},
        "percent_off": {
            "discount_percent": draw(st.integers(1, 99)),
            "max_fen": draw(st.none() | st.integers(1, 3000)),
        },
        "exchange": {"item": draw(st.sampled_from(["latte", "TART", "roll"]))},
        "count": {"item": draw(st.sampled_from(["latte", "MOCHA"])), "count": 10},
        "shipping": {"amount_fen": draw(st.integers(1, 1500))},
    }[kind]
    return a_coupon(
        kind,
        ends_on=date(2027, 2, draw(st.integers(1, 9))),
        threshold_fen=draw(thresholds),
        categories=draw(categories),
        with_tier_price=draw(st.booleans()),
        **figures,
    )


@st.composite
def some_coupons(draw: st.DrawFn, most: int = 5) -> list[CouponCopy]:
    found = draw(st.lists(coupons(), max_size=most))
    return [
        CouponCopy(f"c{n}", one.kind_code, one.terms, one.starts_on, one.ends_on)
        for n, one in enumerate(found)
    ]


@st.composite
def promotions(draw: st.DrawFn) -> Promotion:
    kind = draw(st.sampled_from(["money_off", "percent_off", "bundle"]))
    figures: dict[str, Any] = {
        "money_off": {"amount_fen": draw(st.integers(1, 3000)), "every": draw(st.booleans())},
        "percent_off": {"discount_percent": draw(st.integers(1, 99))},
        "bundle": {"skus": ("latte", "tart"), "price_fen": draw(st.integers(0, 6000))},
    }[kind]
    return a_promotion(
        kind,
        threshold_fen=draw(thresholds),
        with_tier_price=draw(st.booleans()),
        categories=draw(categories),
        **figures,
    )


offers = st.builds(
    lambda found, percent, cap, unit, value: some_offers(
        *found, percent=percent, offset_percent_cap=cap, offset_unit=unit, value_fen=value
    ),
    st.lists(promotions(), max_size=3),
    st.none() | st.integers(50, 100),
    st.sampled_from([0, 30, 50, 100]),
    st.sampled_from([1, 7, 100]),
    st.integers(1, 3),
)
