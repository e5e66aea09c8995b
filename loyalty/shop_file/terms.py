"""The shop as its file describes it (商家档案): brand, places, rules, coupon kinds, campaigns."""

from dataclasses import dataclass, fields

from loyalty.activities import ActivityTerms
from loyalty.campaign_terms import CampaignTerms
from loyalty.lifecycle import LifecycleTerms
from loyalty.message_terms import MessageTerms
from loyalty.service_terms import PromiseTerms, ServiceTerms
from loyalty.shop_file.audiences import SegmentTerms, TagTerms
from loyalty.shop_file.partners import Partner
from loyalty.shop_file.parts import (
    ANYWHERE,
    MODES,
    Brand,
    ProfileTerms,
    Region,
    Scope,
    Scoped,
    ShopTerms,
    Store,
    Till,
)
from loyalty.shop_file.standing import LadderTerms, PointBoost, PointsPolicy, Tier
from loyalty.shop_file.value import (
    CouponKind,
    Promotion,
    Reward,
    TopUpOffer,
    WalletTerms,
)

__all__ = [
    "ANYWHERE",
    "MODES",
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
    "PromiseTerms",
    "Promotion",
    "Region",
    "Reward",
    "Scope",
    "Scoped",
    "SegmentTerms",
    "ServiceTerms",
    "ShopFile",
    "ShopTerms",
    "Store",
    "TagTerms",
    "Tier",
    "Till",
    "TopUpOffer",
    "WalletTerms",
]


@dataclass(frozen=True, slots=True)
class ShopFile(ShopTerms):
    """All of a file; what the file leaves out is None or empty and stays as it was."""

    brand: Brand | None = None
    regions: tuple[Region, ...] = ()
    stores: tuple[Store, ...] = ()
    tills: tuple[Till, ...] = ()
    points: PointsPolicy | None = None
    point_boosts: tuple[PointBoost, ...] = ()
    ladder: LadderTerms | None = None
    tiers: tuple[Tier, ...] = ()
    coupon_kinds: tuple[CouponKind, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    rewards: tuple[Reward, ...] = ()
    wallet: WalletTerms | None = None
    topup_offers: tuple[TopUpOffer, ...] = ()
    campaigns: tuple[CampaignTerms, ...] = ()
    activities: tuple[ActivityTerms, ...] = ()
    profile: ProfileTerms | None = None
    service: ServiceTerms | None = None
    messages: MessageTerms | None = None
    lifecycle: LifecycleTerms | None = None
    partners: tuple[Partner, ...] = ()
    segments: tuple[SegmentTerms, ...] = ()
    tags: tuple[TagTerms, ...] = ()

    def as_data(self) -> dict[str, object]:
        data: dict[str, object] = {}
        for field in fields(self):
            part: ShopTerms | tuple[ShopTerms, ...] | None = getattr(self, field.name)
            if isinstance(part, ShopTerms):
                data[field.name] = part.as_data()
            elif part:
                data[field.name] = [terms.as_data() for terms in part]
        return data


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """What the shop has already, to which a file that brings only a part may refer."""

    regions: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    coupon_kinds: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()

    def of(self, section: str) -> frozenset[str]:
        codes: frozenset[str] = getattr(self, section)
        return codes
