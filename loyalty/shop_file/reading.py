"""The shop file (商家档案): what a shop is and by which rules, checked as a whole."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from loyalty.activities import ActivityTerms
from loyalty.shop_file.activities import read_activity
from loyalty.shop_file.audiences import read_segment, read_tag
from loyalty.shop_file.campaign_checks import check_new_campaigns
from loyalty.shop_file.campaigns import read_campaign
from loyalty.shop_file.coupons import read_coupon_kind
from loyalty.shop_file.details import check_districts, read_profile, read_region
from loyalty.shop_file.lifecycle import read_lifecycle
from loyalty.shop_file.messages import read_messages
from loyalty.shop_file.offers import read_point_boost, read_promotion, read_reward
from loyalty.shop_file.partners import read_partner
from loyalty.shop_file.points import read_points
from loyalty.shop_file.references import check_references
from loyalty.shop_file.service import read_service
from loyalty.shop_file.table import ShopFileFault, ShopFileFaults, Table
from loyalty.shop_file.terms import (
    MODES,
    Brand,
    CampaignTerms,
    CouponKind,
    KnownCodes,
    LadderTerms,
    MessageTerms,
    Partner,
    PointBoost,
    PointsPolicy,
    ProfileTerms,
    Promotion,
    Region,
    Reward,
    Scope,
    SegmentTerms,
    ServiceTerms,
    ShopFile,
    ShopTerms,
    Store,
    TagTerms,
    Tier,
    Till,
    TopUpOffer,
    WalletTerms,
)
from loyalty.shop_file.tiers import check_tiers, read_ladder, read_tier
from loyalty.shop_file.wallet import check_topup_offers, read_topup_offer, read_wallet

__all__ = [
    "ActivityTerms",
    "Brand",
    "CampaignTerms",
    "CouponKind",
    "KnownCodes",
    "LadderTerms",
    "MessageTerms",
    "Partner",
    "PointBoost",
    "PointsPolicy",
    "ProfileTerms",
    "Promotion",
    "Region",
    "Reward",
    "Scope",
    "SegmentTerms",
    "ServiceTerms",
    "ShopFile",
    "ShopFileFault",
    "ShopFileFaults",
    "ShopTerms",
    "Store",
    "TagTerms",
    "Tier",
    "Till",
    "TopUpOffer",
    "WalletTerms",
    "read_shop_file",
]


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


Whole = TypeVar("Whole")
Part = TypeVar("Part", bound=_Coded)


def read_shop_file(data: dict[str, object], *, known: KnownCodes | None = None) -> ShopFile:
    """The shop, or ShopFileFaults with everything that is wrong in the file.

    References are looked up in the file and in `known`. Without `known` a reference into a section
    that the file leaves out is not looked up at all, and what is checked of new campaigns is not.
    """
    top = Table("", data, [])
    shop_file = ShopFile(
        brand=_one(top, "brand", _read_brand),
        regions=_many(top, "regions", read_region),
        stores=_many(top, "stores", _read_store),
        tills=_many(top, "tills", _read_till),
        points=_one(top, "points", read_points),
        point_boosts=_many(top, "point_boosts", read_point_boost),
        ladder=_one(top, "ladder", read_ladder),
        tiers=_many(top, "tiers", read_tier),
        coupon_kinds=_many(top, "coupon_kinds", read_coupon_kind),
        promotions=_many(top, "promotions", read_promotion),
        rewards=_many(top, "rewards", read_reward),
        wallet=_one(top, "wallet", read_wallet),
        topup_offers=_many(top, "topup_offers", read_topup_offer),
        campaigns=_many(top, "campaigns", read_campaign),
        activities=_many(top, "activities", read_activity),
        profile=_one(top, "profile", read_profile),
        service=_one(top, "service", read_service),
        messages=_one(top, "messages", read_messages),
        lifecycle=_one(top, "lifecycle", read_lifecycle),
        partners=_many(top, "partners", read_partner),
        segments=_many(top, "segments", read_segment),
        tags=_many(top, "tags", read_tag),
    )
    top.refuse_unknown_keys()
    check_districts(top, shop_file.regions)
    check_tiers(top, shop_file.tiers)
    check_topup_offers(top, shop_file.wallet, shop_file.topup_offers)
    check_references(top, shop_file, known)
    if known is not None:
        check_new_campaigns(top, shop_file.campaigns)
    if top.faults:
        raise ShopFileFaults(top.faults)
    return shop_file


def _read_brand(table: Table) -> Brand:
    return Brand(
        code=table.code(),
        name=table.text("name"),
        mode=table.choice("mode", MODES, MODES[0]),
    )


def _read_store(table: Table) -> Store:
    return Store(code=table.code(), region=table.code("region"), name=table.text("name"))


def _read_till(table: Table) -> Till:
    return Till(code=table.code(), store=table.code("store"))


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
