"""The rules book (规则册): the shop's versioned data as this process knows it.

Rules change by loading, never by a restart: every process looks for a new version every two
seconds and right after its own changes.
"""

from dataclasses import dataclass
from typing import Any

from loyalty.campaigns import Campaign, campaign_from
from loyalty.shop_file import (
    CouponKind,
    LadderTerms,
    PointBoost,
    PointsPolicy,
    Promotion,
    Reward,
    ShopFile,
    Tier,
    TopUpOffer,
    WalletTerms,
    read_shop_file,
)
from storage.shop import current_rules, read_brand, read_installation, read_stores

NO_BRAND = {"code": "", "name": ""}


@dataclass(frozen=True, slots=True)
class Place:
    """A store with the region it belongs to, by their codes."""

    store: str
    region: str
    store_name: str


class RulesBook:
    """Read by every use case; `refresh` is the only thing that changes it.

    `version` counts what was loaded; effects keep it, so that they can say by which rules they
    came about.
    """

    def __init__(self) -> None:
        self.version = -1
        self.brand_code = ""
        self.brand_name = ""
        self.places: dict[int, Place] = {}
        self.points = PointsPolicy()
        self.point_boosts: tuple[PointBoost, ...] = ()
        self.ladder = LadderTerms()
        self.tiers: tuple[Tier, ...] = ()
        self.coupon_kinds: dict[str, CouponKind] = {}
        self.promotions: tuple[Promotion, ...] = ()
        self.rewards: tuple[Reward, ...] = ()
        self.wallet = WalletTerms()
        self.topup_offers: tuple[TopUpOffer, ...] = ()
        self.campaigns: tuple[Campaign, ...] = ()

    @property
    def base_tier(self) -> str:
        return next((tier.code for tier in self.tiers if tier.growth == 0), "base")

    async def refresh(self) -> int:
        """Read the rules anew if there is a newer version; returns the clock offset in ms."""
        offset_ms, version = await read_installation()
        if version != self.version:
            brand = await read_brand() or NO_BRAND
            self.places = {
                store["id"]: Place(store["code"], store["region"], store["name"])
                for store in await read_stores()
            }
            self._take(brand, await current_rules())
            self.version = version
        return offset_ms

    def _take(self, brand: dict[str, Any], rules: list[dict[str, Any]]) -> None:
        shop_file = read_rules(rules)
        self.brand_code, self.brand_name = brand["code"], brand["name"]
        self.points = shop_file.points or PointsPolicy()
        self.point_boosts = shop_file.point_boosts
        self.ladder = shop_file.ladder or LadderTerms()
        self.tiers = shop_file.tiers
        self.coupon_kinds = {kind.code: kind for kind in shop_file.coupon_kinds}
        self.promotions = shop_file.promotions
        self.rewards = shop_file.rewards
        self.wallet = shop_file.wallet or WalletTerms()
        self.topup_offers = shop_file.topup_offers
        self.campaigns = tuple(
            campaign_from(
                terms.code, terms.trigger, [{name: value} for name, value in terms.actions]
            )
            for terms in shop_file.campaigns
        )


def read_rules(rules: list[dict[str, Any]]) -> ShopFile:
    """Stored rules pass the same reader as the file they came from."""
    data: dict[str, Any] = {}
    for rule in rules:
        match rule["kind"]:
            case "points" | "wallet" | "ladder":
                data[rule["kind"]] = rule["body"]
            case "tiers":
                data["tiers"] = rule["body"]["ladder"]
            case kind:
                data.setdefault(kind, []).append(rule["body"])
    # What a reference names may have been loaded by another file; it was checked then.
    return read_shop_file(data)
