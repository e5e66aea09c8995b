"""Loading the shop file (载入): what changed becomes a new version, twice is the same as once."""

from collections.abc import Sequence
from datetime import date, datetime, time

from loyalty.message_terms import MessageTerms
from loyalty.shop_file.reading import KnownCodes, ShopFile, read_shop_file
from services.activities.loading import keep_activities
from services.audiences.checks import check_audiences
from services.campaigns.checks import check_campaigns
from services.custody.auditing import OPERATOR, Act, audit
from services.shop import Shop
from services.stored_rules import StoredRule, Terms, body_of, rules_in, stored_rules, terms_of
from storage.instants import SHOP_ZONE
from storage.shop import (
    add_rule_version,
    bump_rules_version,
    drop_upcoming_rule,
    known_codes,
    put_brand,
    put_region,
    put_store,
    put_till,
)
from storage.transactions import transactional

# What [ladder] starts, if it says when.
STARTING = ("ladder", "tiers")


@transactional
async def load_shop(shop: Shop, data: dict[str, object]) -> list[str]:
    """Create or update what the file names; returns a line for each thing that changed.

    Raises ShopFileFaults with every fault, and then nothing is written. Ladders are replaced as
    a whole; what a file leaves out stays as it was.
    """
    stored = await stored_rules()
    shop_file = read_shop_file(data, known=await _known_codes(stored))
    changes = await _load_places(shop_file)
    changes += await _load_rules(shop_file, stored, now=shop.now())
    await keep_activities(shop_file.activities, _messages(shop_file, stored), shop.now())
    if changes:
        version = await bump_rules_version()
        await check_audiences(shop, shop_file)
        await check_campaigns(shop, shop_file)
        act = Act("shop.load", subject=f"rules:{version}", facts={"changed": changes})
        await audit(shop, OPERATOR, act, key=f"rules:{version}")
    return changes


def _messages(shop_file: ShopFile, stored: Sequence[StoredRule]) -> MessageTerms:
    """As they will be."""
    before = terms_of(stored, "messages", MessageTerms)
    return shop_file.messages or next(iter(before), MessageTerms())


async def _known_codes(stored: Sequence[StoredRule]) -> KnownCodes:
    tiers = [tier for rule in stored if isinstance(rule.terms, tuple) for tier in rule.terms]
    coded = {kind: _codes_of(stored, kind) for kind in ("coupon_kinds", "activities")}
    return KnownCodes(
        regions=frozenset(await known_codes("regions")),
        stores=frozenset(await known_codes("stores")),
        tiers=frozenset(tier.code for tier in tiers),
        **coded,
    )


def _codes_of(stored: Sequence[StoredRule], kind: str) -> frozenset[str]:
    return frozenset(rule.code for rule in stored if rule.kind == kind)


async def _load_places(shop_file: ShopFile) -> list[str]:
    changes = []
    brand = shop_file.brand
    if brand and await put_brand(brand.code, brand.name, brand.mode):
        changes.append(f"brand {brand.code}")
    for region in shop_file.regions:
        if await put_region(region.code, region.name, region.districts):
            changes.append(f"region {region.code}")
    for store in shop_file.stores:
        if await put_store(store.code, store.region, store.name):
            changes.append(f"store {store.code}")
    for till in shop_file.tills:
        if await put_till(till.code, till.store):
            changes.append(f"till {till.code}")
    return changes


async def _load_rules(
    shop_file: ShopFile, stored: Sequence[StoredRule], *, now: datetime
) -> list[str]:
    newest = {(rule.kind, rule.code): rule for rule in stored}
    ladder_starts_at = _start_of(shop_file.ladder.starts if shop_file.ladder else None, now)
    changes = []
    for kind, code, terms in rules_in(shop_file):
        starts_at = ladder_starts_at if kind in STARTING else now
        if _is_news(newest.get((kind, code)), terms, starts_at=starts_at, now=now):
            await drop_upcoming_rule(kind, code, now)
            await add_rule_version(kind, code, body_of(terms), starts_at)
            changes.append(f"{kind} {code}".strip())
    return changes


def _start_of(day: date | None, now: datetime) -> datetime:
    """The midnight before that day in the shop; what should have started holds at once."""
    return max(now, datetime.combine(day, time(), SHOP_ZONE)) if day else now


def _is_news(
    newest: StoredRule | None, terms: Terms, *, starts_at: datetime, now: datetime
) -> bool:
    """Other terms, or terms that have not started and shall start at another time."""
    if newest is None or newest.terms != terms:
        return True
    return newest.starts_at > now and newest.starts_at != starts_at
