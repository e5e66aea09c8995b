"""References (引用) in the shop file: every code that names something has to find it."""

from collections.abc import Iterator, Sequence

from loyalty.campaign_terms import CampaignTerms
from loyalty.shop_file.parts import Scope
from loyalty.shop_file.table import Table
from loyalty.shop_file.terms import KnownCodes, ShopFile

NAMED = ("regions", "stores", "tiers", "coupon_kinds", "activities")


def check_references(top: Table, shop_file: ShopFile, known: KnownCodes | None) -> None:
    codes = {section: _codes(shop_file, known, section) for section in NAMED}
    for place, section, code in _references(shop_file):
        if not code or (known is None and not top.has(section)):
            continue
        if code not in codes[section]:
            top.fault(place, f"names nothing in {section}", f"write a code from [[{section}]]")


def _codes(shop_file: ShopFile, known: KnownCodes | None, section: str) -> set[str]:
    written = {part.code for part in getattr(shop_file, section)}
    return written.union(known.of(section) if known else ())


def _references(shop_file: ShopFile) -> Iterator[tuple[str, str, str]]:
    """Place, section it points into, code."""
    for index, store in enumerate(shop_file.stores):
        yield f"stores[{index}].region", "regions", store.region
    for index, till in enumerate(shop_file.tills):
        yield f"tills[{index}].store", "stores", till.store
    for index, campaign in enumerate(shop_file.campaigns):
        yield from _of_campaign(f"campaigns[{index}]", campaign)
    for index, activity in enumerate(shop_file.activities):
        yield f"activities[{index}].coupon", "coupon_kinds", activity.coupon or ""
        for section in ("stores", "regions"):
            for place, code in enumerate(getattr(activity, section)):
                yield f"activities[{index}].{section}[{place}]", section, code
    for index, tier in enumerate(shop_file.tiers):
        yield from _given(f"tiers[{index}].gifts", tier.gifts)
    for index, reward in enumerate(shop_file.rewards):
        yield f"rewards[{index}].coupon", "coupon_kinds", reward.coupon
    for index, promise in enumerate(shop_file.service.promises if shop_file.service else ()):
        yield f"service.promises[{index}].tier", "tiers", promise.tier or ""
    for section in ("point_boosts", "coupon_kinds", "promotions", "rewards"):
        for index, part in enumerate(getattr(shop_file, section)):
            yield from _in_scope(f"{section}[{index}]", part.scope)


def _of_campaign(place: str, campaign: CampaignTerms) -> Iterator[tuple[str, str, str]]:
    yield from _given(f"{place}.actions", campaign.actions)
    if campaign.kind == "attended":
        yield f"{place}.trigger", "activities", campaign.about
    for section in ("stores", "regions"):
        for index, code in enumerate(getattr(campaign, section)):
            yield f"{place}.{section}[{index}]", section, code


def _given(place: str, actions: Sequence[tuple[str, object]]) -> Iterator[tuple[str, str, str]]:
    for index, (name, value) in enumerate(actions):
        if name == "coupon":
            yield f"{place}[{index}].coupon", "coupon_kinds", str(value)


def _in_scope(place: str, scope: Scope) -> Iterator[tuple[str, str, str]]:
    for section in ("stores", "regions", "tiers"):
        for index, code in enumerate(getattr(scope, section)):
            yield f"{place}.{section}[{index}]", section, code
