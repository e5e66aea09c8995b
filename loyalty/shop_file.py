"""The shop file (商家档案): what a shop is and by which rules, checked as a whole."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from loyalty.shop_file_campaigns import coupons_given, read_campaign
from loyalty.shop_file_coupons import read_coupon_kind
from loyalty.shop_file_table import LARGEST_NUMBER, ShopFileFault, ShopFileFaults, Table
from loyalty.shop_file_terms import (
    MODES,
    Brand,
    CampaignTerms,
    CouponKind,
    KnownCodes,
    PointsPolicy,
    Region,
    ShopFile,
    Store,
    Tier,
    Till,
)

__all__ = [
    "Brand",
    "CampaignTerms",
    "CouponKind",
    "KnownCodes",
    "PointsPolicy",
    "Region",
    "ShopFile",
    "ShopFileFault",
    "ShopFileFaults",
    "Store",
    "Tier",
    "Till",
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
        tiers=_many(top, "tiers", _read_tier),
        coupon_kinds=_many(top, "coupon_kinds", read_coupon_kind),
        campaigns=_many(top, "campaigns", read_campaign),
    )
    top.refuse_unknown_keys()
    _check_ladder(top, shop_file.tiers)
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
    )


def _read_tier(table: Table) -> Tier:
    return Tier(
        code=table.code(),
        name=table.text("name"),
        growth=table.number("growth", lowest=0, highest=LARGEST_NUMBER),
        discount_percent=table.number("discount_percent", 100, lowest=1, highest=100),
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


def _check_ladder(top: Table, tiers: Sequence[Tier]) -> None:
    """Everybody is on one rung: the first costs nothing, and each next one costs more."""
    misread = {fault.path for fault in top.faults}
    before = -1
    for index, tier in enumerate(tiers):
        place = f"tiers[{index}].growth"
        if place in misread:
            continue
        if index == 0 and tier.growth != 0:
            top.fault(place, "is not 0", "write growth = 0 for the tier everybody starts in")
        elif tier.growth <= before:
            top.fault(place, "is not above the tier before", "write the tiers from low to high")
        before = max(before, tier.growth)


def _check_references(top: Table, shop_file: ShopFile, known: KnownCodes | None) -> None:
    codes = {
        "regions": {region.code for region in shop_file.regions},
        "stores": {store.code for store in shop_file.stores},
        "coupon_kinds": {coupon_kind.code for coupon_kind in shop_file.coupon_kinds},
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
        for place, code in coupons_given(campaign):
            yield f"campaigns[{index}].{place}", "coupon_kinds", code
