"""The shop file (商家档案): what a shop is and by which rules, checked as a whole."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from loyalty.shop_file_campaigns import read_campaign
from loyalty.shop_file_coupons import read_coupon_kind
from loyalty.shop_file_offers import (
    read_point_boost,
    read_promotion,
    read_reward,
    read_topup_offer,
    read_wallet,
)
from loyalty.shop_file_scope import texts
from loyalty.shop_file_table import LARGEST_NUMBER, ShopFileFault, ShopFileFaults, Table
from loyalty.shop_file_terms import (
    MODES,
    Brand,
    CampaignTerms,
    CouponKind,
    KnownCodes,
    LadderTerms,
    PointBoost,
    PointsPolicy,
    Promotion,
    Region,
    Reward,
    Scope,
    ShopFile,
    Store,
    Tier,
    Till,
    TopUpOffer,
    WalletTerms,
)
from loyalty.shop_file_tiers import check_tiers, read_ladder, read_tier

__all__ = [
    "Brand",
    "CampaignTerms",
    "CouponKind",
    "KnownCodes",
    "LadderTerms",
    "PointBoost",
    "PointsPolicy",
    "Promotion",
    "Region",
    "Reward",
    "ShopFile",
    "ShopFileFault",
    "ShopFileFaults",
    "Store",
    "Tier",
    "Till",
    "TopUpOffer",
    "WalletTerms",
    "read_shop_file",
]

EXPIRE = re.compile(r"(inactive:)?[1-9][0-9]{0,3}d|month_end|year_end|never")
EXPIRE_REMEDY = 'write "365d", "month_end", "year_end", "inactive:180d" or "never"'


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


Whole = TypeVar("Whole")
Part = TypeVar("Part", bound=_Coded)


def read_shop_file(data: dict[str, object], *, known: KnownCodes | None = None) -> ShopFile:
    """The shop, or ShopFileFaults with everything that is wrong in the file.

    References are looked up in the file and in `known`. Without `known` a reference into a section
    that the file leaves out is not looked up at all.
    """
    top = Table("", data, [])
    shop_file = ShopFile(
        brand=_one(top, "brand", _read_brand),
        regions=_many(top, "regions", _read_region),
        stores=_many(top, "stores", _read_store),
        tills=_many(top, "tills", _read_till),
        points=_one(top, "points", _read_points),
        point_boosts=_many(top, "point_boosts", read_point_boost),
        ladder=_one(top, "ladder", read_ladder),
        tiers=_many(top, "tiers", read_tier),
        coupon_kinds=_many(top, "coupon_kinds", read_coupon_kind),
        promotions=_many(top, "promotions", read_promotion),
        rewards=_many(top, "rewards", read_reward),
        wallet=_one(top, "wallet", read_wallet),
        topup_offers=_many(top, "topup_offers", read_topup_offer),
        campaigns=_many(top, "campaigns", read_campaign),
    )
    top.refuse_unknown_keys()
    check_tiers(top, shop_file.tiers)
    _check_references(top, shop_file, known)
    if top.faults:
        raise ShopFileFaults(top.faults)
    return shop_file


def _read_brand(table: Table) -> Brand:
    return Brand(
        code=table.code(),
        name=table.text("name"),
        mode=table.choice("mode", MODES, MODES[0]),
    )


def _read_region(table: Table) -> Region:
    return Region(code=table.code(), name=table.text("name"))


def _read_store(table: Table) -> Store:
    return Store(code=table.code(), region=table.code("region"), name=table.text("name"))


def _read_till(table: Table) -> Till:
    return Till(code=table.code(), store=table.code("store"))


def _read_points(table: Table) -> PointsPolicy:
    plain = PointsPolicy()
    number, has_expire = table.number, table.has("expire")
    return PointsPolicy(
        points_per_yuan=number("points_per_yuan", plain.points_per_yuan, lowest=0, highest=1000),
        expire=table.matching("expire", EXPIRE, EXPIRE_REMEDY) if has_expire else plain.expire,
        pending_days=number("pending_days", plain.pending_days, lowest=0, highest=365),
        claim_days=number("claim_days", plain.claim_days, lowest=1, highest=365),
        value_fen=number("value_fen", plain.value_fen, lowest=1, highest=100_000),
        offset_unit=number("offset_unit", plain.offset_unit, lowest=1, highest=LARGEST_NUMBER),
        # 0 is a shop whose points take nothing off at the till.
        offset_percent_cap=number(
            "offset_percent_cap", plain.offset_percent_cap, lowest=0, highest=100
        ),
        pending_from_fen=number(
            "pending_from_fen", plain.pending_from_fen, lowest=0, highest=LARGEST_NUMBER
        ),
        cap_per_receipt=table.optional_number("cap_per_receipt", lowest=1, highest=LARGEST_NUMBER),
        cap_per_day=table.optional_number("cap_per_day", lowest=1, highest=LARGEST_NUMBER),
        excluded_categories=texts(table, "excluded_categories"),
        excluded_skus=texts(table, "excluded_skus"),
        bonus_paid_earns=table.switch("bonus_paid_earns", plain.bonus_paid_earns),
        return_days=number("return_days", plain.return_days, lowest=0, highest=365),
        adjust_limit=number("adjust_limit", plain.adjust_limit, lowest=0, highest=LARGEST_NUMBER),
    )


def _one(top: Table, section: str, read: Callable[[Table], Whole]) -> Whole | None:
    """A section that stands once, as [brand] does."""
    value = top.value(section)
    if not top.has(section):
        return None
    if not isinstance(value, dict):
        top.fault(section, "is not a table", f"write [{section}]")
        return None
    return _read_whole(Table(section, value, top.faults), read)


def _many(top: Table, section: str, read: Callable[[Table], Part]) -> tuple[Part, ...]:
    """A section that stands many times, as [[stores]] does, each with a code of its own."""
    values = top.value(section)
    if not isinstance(values, list):
        if top.has(section):
            top.fault(section, "is not a list of tables", f"write [[{section}]]")
        return ()
    parts, codes = [], set[str]()
    for index, value in enumerate(values):
        place = f"{section}[{index}]"
        if not isinstance(value, dict):
            top.fault(place, "is not a table", f"write [[{section}]]")
            continue
        part = _read_whole(Table(place, value, top.faults), read)
        if part.code in codes:
            top.fault(f"{place}.code", "stands there twice", "write another code")
        codes |= {part.code} - {""}
        parts.append(part)
    return tuple(parts)


def _read_whole(table: Table, read: Callable[[Table], Whole]) -> Whole:
    part = read(table)
    table.refuse_unknown_keys()
    return part


def _check_references(top: Table, shop_file: ShopFile, known: KnownCodes | None) -> None:
    codes = {
        section: {part.code for part in getattr(shop_file, section)}
        for section in ("regions", "stores", "tiers", "coupon_kinds")
    }
    for place, section, code in _references(shop_file):
        if not code or (known is None and not top.has(section)):
            continue
        if code not in codes[section] | (known.of(section) if known else frozenset()):
            top.fault(place, f"names nothing in {section}", f"write a code from [[{section}]]")


def _references(shop_file: ShopFile) -> Iterator[tuple[str, str, str]]:
    """Place, section it points into, code."""
    for index, store in enumerate(shop_file.stores):
        yield f"stores[{index}].region", "regions", store.region
    for index, till in enumerate(shop_file.tills):
        yield f"tills[{index}].store", "stores", till.store
    for index, campaign in enumerate(shop_file.campaigns):
        yield from _given(f"campaigns[{index}].actions", campaign.actions)
    for index, tier in enumerate(shop_file.tiers):
        yield from _given(f"tiers[{index}].gifts", tier.gifts)
    for index, reward in enumerate(shop_file.rewards):
        yield f"rewards[{index}].coupon", "coupon_kinds", reward.coupon
    for section in ("point_boosts", "coupon_kinds", "promotions", "rewards"):
        for index, part in enumerate(getattr(shop_file, section)):
            yield from _in_scope(f"{section}[{index}]", part.scope)


def _given(place: str, actions: Sequence[tuple[str, int | str]]) -> Iterator[tuple[str, str, str]]:
    for index, (name, value) in enumerate(actions):
        if name == "coupon":
            yield f"{place}[{index}].coupon", "coupon_kinds", str(value)


def _in_scope(place: str, scope: Scope) -> Iterator[tuple[str, str, str]]:
    for section in ("stores", "regions", "tiers"):
        for index, code in enumerate(getattr(scope, section)):
            yield f"{place}.{section}[{index}]", section, code
