"""The rules book (规则册): the shop's versioned data as this process knows it.

Rules change by loading, never by a restart: every process looks for a new version every two
seconds and right after its own changes.
"""

from typing import Any

from loyalty.campaigns import Campaign, campaign_from
from loyalty.shop_file import CouponKind, KnownCodes, PointsPolicy, ShopFile, Tier, read_shop_file
from storage.shop import current_rules, read_brand, read_installation

NO_BRAND = {"code": "", "name": ""}


class RulesBook:
    """Read by every use case; `refresh` is the only thing that changes it."""

    def __init__(self) -> None:
        self.version = -1
        self.brand_code = ""
        self.brand_name = ""
        self.points = PointsPolicy()
        self.tiers: tuple[Tier, ...] = ()
        self.coupon_kinds: dict[str, CouponKind] = {}
        self.campaigns: tuple[Campaign, ...] = ()

    @property
    def base_tier(self) -> str:
        return next((tier.code for tier in self.tiers if tier.growth == 0), "base")

    async def refresh(self) -> int:
        """Read the rules anew if there is a newer version; returns the clock offset in ms."""
        offset_ms, version = await read_installation()
        if version != self.version:
            brand = await read_brand() or NO_BRAND
            self._take(brand, await current_rules())
            self.version = version
        return offset_ms

    def _take(self, brand: dict[str, Any], rules: list[dict[str, Any]]) -> None:
        shop_file = read_rules(rules)
        self.brand_code, self.brand_name = brand["code"], brand["name"]
        self.points = shop_file.points or PointsPolicy()
        self.tiers = shop_file.tiers
        self.coupon_kinds = {kind.code: kind for kind in shop_file.coupon_kinds}
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
            case "points":
                data["points"] = rule["body"]
            case "tiers":
                data["tiers"] = rule["body"]["ladder"]
            case kind:
                data.setdefault(kind, []).append(rule["body"])
    coupon_kinds = frozenset(kind["code"] for kind in data.get("coupon_kinds", []))
    return read_shop_file(data, known=KnownCodes(coupon_kinds=coupon_kinds))
