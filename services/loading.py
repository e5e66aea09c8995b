"""Loading the shop file (载入): what changed becomes a new version, twice is the same as once."""

from loyalty.campaigns import JOIN
from loyalty.shop_file import KnownCodes, ShopFile, read_shop_file
from services.shop import Shop
from storage.shop import (
    add_rule_version,
    bump_rules_version,
    current_rules,
    known_codes,
    put_brand,
    put_region,
    put_store,
    put_till,
)
from storage.transactions import transactional

Rules = list[tuple[str, str, dict[str, object]]]


@transactional
async def load_shop(shop: Shop, data: dict[str, object]) -> list[str]:
    """Create or update what the file names; returns a line for each thing that changed.

    Raises ShopFileFaults with every fault, and then nothing is written. Ladders are replaced as
    a whole; what a file leaves out stays as it was.
    """
    stored = await current_rules()
    shop_file = read_shop_file(
        data,
        known=KnownCodes(
            regions=frozenset(await known_codes("regions")),
            stores=frozenset(await known_codes("stores")),
            tiers=frozenset(
                tier["code"]
                for rule in stored
                if rule["kind"] == "tiers"
                for tier in rule["body"]["ladder"]
            ),
            coupon_kinds=frozenset(
                rule["code"] for rule in stored if rule["kind"] == "coupon_kinds"
            ),
        ),
    )
    changes = await _load_places(shop_file)
    known = {(rule["kind"], rule["code"]): rule["body"] for rule in stored}
    for kind, code, body in _rules_in(shop_file):
        if known.get((kind, code)) != body:
            await add_rule_version(kind, code, body, shop.now())
            changes.append(f"{kind} {code}".strip())
    if changes:
        await bump_rules_version()
    return changes


def not_in_force(data: dict[str, object]) -> list[str]:
    """What a file says that this version keeps but does not act on, a line each."""
    shop_file = read_shop_file(data)
    lines = []
    for campaign in shop_file.campaigns:
        if campaign.trigger != JOIN:
            lines.append(f"campaign {campaign.code}: trigger {campaign.trigger}")
        unknown = {name for name, _ in campaign.actions} - {"points", "coupon"}
        lines += [f"campaign {campaign.code}: action {name}" for name in sorted(unknown)]
    return lines


async def _load_places(shop_file: ShopFile) -> list[str]:
    changes = []
    brand = shop_file.brand
    if brand and await put_brand(brand.code, brand.name, brand.mode):
        changes.append(f"brand {brand.code}")
    for region in shop_file.regions:
        if await put_region(region.code, region.name):
            changes.append(f"region {region.code}")
    for store in shop_file.stores:
        if await put_store(store.code, store.region, store.name):
            changes.append(f"store {store.code}")
    for till in shop_file.tills:
        if await put_till(till.code, till.store):
            changes.append(f"till {till.code}")
    return changes


def _rules_in(shop_file: ShopFile) -> Rules:
    rules: Rules = []
    for kind in ("points", "ladder", "wallet"):
        terms = getattr(shop_file, kind)
        if terms:
            rules.append((kind, "", terms.as_data()))
    if shop_file.tiers:
        ladder = [tier.as_data() for tier in shop_file.tiers]
        rules.append(("tiers", "", {"ladder": ladder}))
    for section in ("point_boosts", "coupon_kinds", "promotions", "rewards", "topup_offers"):
        rules += [(section, part.code, part.as_data()) for part in getattr(shop_file, section)]
    rules += [("campaigns", terms.code, terms.as_data()) for terms in shop_file.campaigns]
    return rules
