"""Made-up shop files (商家档案) in which everything fits together, for properties about them."""

from datetime import date
from typing import Any

from hypothesis import strategies as some

Data = dict[str, Any]
STORES, REGIONS, TIERS = ("cd01", "cd02"), ("cd", "cq"), ("base", "silver", "gold")
KINDS = ("ten-off", "cake")
NAMES = some.text("山茶咖啡会员 latte", min_size=1, max_size=8).filter(str.strip)
FEN = some.integers(1, 1_000_000)
DAYS = some.dates(date(2027, 1, 1), date(2027, 12, 31))
SWITCH = some.booleans()


def some_of(values: Any) -> some.SearchStrategy[list[Any]]:
    """A list as scopes have them: none twice, never empty."""
    return some.lists(values, min_size=1, max_size=3, unique=True)


DAYS_IN_SCOPE = {
    "weekdays": some_of(some.integers(1, 7)),
    "days_of_month": some_of(some.integers(1, 31)),
    "excluded_days": some_of(DAYS.map(str)),
}
PLACES = {
    "stores": some_of(some.sampled_from(STORES)),
    "regions": some_of(some.sampled_from(REGIONS)),
    "tiers": some_of(some.sampled_from(TIERS)),
}
GOODS = {
    "categories": some_of(some.sampled_from(("coffee", "tea"))),
    "excluded_categories": some_of(some.sampled_from(("bakery", "gift_card"))),
}
PERIOD = {
    "from": some.dates(max_value=date(2027, 1, 1)),
    "until": some.dates(min_value=date(2027, 1, 1)).map(str),
}
SCOPE = {**DAYS_IN_SCOPE, **PLACES, **GOODS, **PERIOD}
COUNTED = {"stock": some.integers(0, 9), "per_member": some.integers(1, 9)}
GIFTS = some.lists(
    some.one_of(
        some.fixed_dictionaries({"points": some.integers(1, 1000)}),
        some.fixed_dictionaries({"coupon": some.sampled_from(KINDS)}),
    ),
    min_size=1,
    max_size=3,
)


def named(
    code: str, needed: Data | None = None, possible: Data | None = None
) -> some.SearchStrategy[Data]:
    fixed = {"code": some.just(code), "name": NAMES, **(needed or {})}
    return some.fixed_dictionaries(fixed, optional=possible or {})


def boosts() -> some.SearchStrategy[Data]:
    possible = {"threshold_fen": FEN, **SCOPE}
    return some.one_of(
        named("boost", {"percent": some.integers(101, 500)}, possible),
        named("boost", {"points": some.integers(1, 500)}, possible),
    )


def coupon_kinds() -> some.SearchStrategy[list[Data]]:
    terms = {
        "threshold_fen": FEN,
        "delay_days": some.integers(0, 9),
        "giftable": SWITCH,
        "with_tier_price": SWITCH,
        "return_days": some.integers(0, 9),
        **COUNTED,
        **DAYS_IN_SCOPE,
        **PLACES,
        **GOODS,
    }
    ten_off: Data = {"kind": some.just("money_off"), "amount_fen": FEN, "valid": some.just("30d")}
    cake: Data = {"kind": some.just("gift"), "item": NAMES, "until": DAYS}
    return some.tuples(named("ten-off", ten_off, terms), named("cake", cake, terms)).map(list)


def promotions() -> some.SearchStrategy[Data]:
    money: Data = {"kind": some.just("money_off"), "amount_fen": some.just(100)}
    threshold, reduced = {"threshold_fen": some.integers(100, 9999)}, {"with_tier_price": SWITCH}
    percent = {"kind": some.just("percent_off"), "discount_percent": some.integers(1, 99)}
    skus = some.just(["latte", "bagel"])
    bundle = {"kind": some.just("bundle"), "skus": skus, "price_fen": FEN}
    without_goods = {key: value for key, value in SCOPE.items() if key not in GOODS}
    return some.one_of(
        named("offer", {**money, **threshold, "every": SWITCH}, {**reduced, **SCOPE}),
        named("offer", percent, {**threshold, **reduced, **SCOPE}),
        named("offer", bundle, {**reduced, **without_goods}),
    )


def tiers() -> some.SearchStrategy[list[Data]]:
    prices = {"discount_percent": some.integers(1, 100), "benefits": some_of(NAMES.map(str.strip))}
    more = {"match": some.sampled_from(("any", "all")), "gifts": GIFTS, **prices}
    return some.tuples(
        named("base", {"growth": some.just(0)}, prices),
        named("silver", {"growth": some.integers(1, 99)}, {"visits": some.just(3), **more}),
        named("gold", {"growth": some.integers(100, 999)}, {"spend_fen": FEN, **more}),
    ).map(list)


def whole(**figures: some.SearchStrategy[Any]) -> some.SearchStrategy[Data]:
    return some.fixed_dictionaries({}, optional=figures)


def shop_files() -> some.SearchStrategy[Data]:
    """Places, tiers and coupon kinds are always there, as others name them; the rest may be."""
    terms = {"returns_points": SWITCH, **COUNTED, **DAYS_IN_SCOPE, **PLACES, **PERIOD}
    reward = {"points": FEN, "coupon": some.sampled_from(KINDS)}
    shop = {
        "regions": some.just([{"code": code, "name": "区域"} for code in REGIONS]),
        "stores": some.just([{"code": code, "region": "cd", "name": "门店"} for code in STORES]),
        "tiers": tiers(),
        "coupon_kinds": coupon_kinds(),
    }
    possible = {
        "brand": named("camellia", {}, {"mode": some.sampled_from(("central", "hybrid"))}),
        "tills": some.just([{"code": "cd01-1", "store": "cd01"}]),
        "points": whole(
            pending_days=some.integers(0, 9),
            claims_per_day=some.integers(0, 9),
            claims_per_store_per_day=some.integers(0, 9),
            cap_per_day=FEN,
            excluded_skus=some_of(NAMES.map(str.strip)),
            bonus_paid_earns=SWITCH,
        ),
        "point_boosts": boosts().map(lambda boost: [boost]),
        "ladder": whole(
            starts=DAYS, window_days=some.integers(0, 999), grace_days=some.integers(0, 9)
        ),
        "promotions": promotions().map(lambda promotion: [promotion]),
        "rewards": named("mug", reward, terms).map(lambda found: [found]),
        "wallet": whole(hold_minutes=some.integers(1, 99), withdraw_days=some.integers(0, 9)),
        "service": whole(
            hours=some.sampled_from(("09:00-21:00", "18:00-02:00", "00:00-24:00")),
            upper_percent=some.integers(1, 100),
            promises=some.just(
                [{"kind": "human", "minutes": 5}, {"kind": "human", "tier": "gold", "days": 1}]
            ),
        ),
        "messages": whole(
            quiet_from=some.sampled_from(("21:00", "00:30")),
            quiet=some.just({"care": "drop"}),
            holidays=some.lists(some.dates(), max_size=3),
            promotion_per_7d=some.integers(0, 9),
            allowances=some.just([{"kind": "pay", "seconds": 60}]),
        ),
        "topup_offers": some.just([{"code": "top500", "paid_fen": 50_000, "bonus_fen": 5_000}]),
    }
    return some.fixed_dictionaries(shop, optional=possible)
