"""Stored rules (已存规则): the terms of each rule as it was loaded, read like the file itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from loyalty.ladder_versions import Version
from loyalty.shop_file.reading import ShopFile, ShopTerms, Tier, read_shop_file
from storage.instants import day_of, from_ms
from storage.shop import current_rules

# Sections that are one rule each; every part of another section is a rule of its own.
WHOLE = ("points", "ladder", "tiers", "wallet", "profile", "service", "lifecycle", "messages")
PARTED = (
    *("point_boosts", "coupon_kinds", "promotions", "rewards", "topup_offers", "campaigns"),
    "activities",
    *("partners", "segments", "tags"),
)

Terms = ShopTerms | tuple[Tier, ...]
Wanted = TypeVar("Wanted")


@dataclass(frozen=True, slots=True)
class StoredRule:
    """A version of a rule; `starts_at` may be still to come."""

    kind: str
    code: str
    starts_at: datetime
    terms: Terms


async def stored_rules() -> list[StoredRule]:
    """Every rule in its newest version; of ladder and tiers also the version before, newest last.

    The newest ladder may not have started yet. What it would have replaced while that had not
    started either is gone, so the two are all that matter.
    """
    return [_stored_rule(row) for row in await current_rules()]


def rules_in(shop_file: ShopFile) -> list[tuple[str, str, Terms]]:
    """Kind, code and terms of each rule that stands in a file."""
    rules: list[tuple[str, str, Terms]] = []
    for kind in WHOLE:
        terms: Terms | None = getattr(shop_file, kind)
        if terms:
            rules.append((kind, "", terms))
    for kind in PARTED:
        rules += [(kind, part.code, part) for part in getattr(shop_file, kind)]
    return rules


def body_of(terms: Terms) -> dict[str, object]:
    """As a rule is stored."""
    if isinstance(terms, tuple):
        return {"ladder": [tier.as_data() for tier in terms]}
    return terms.as_data()


def versions_of(
    rules: Sequence[StoredRule], kind: str, wanted: type[Wanted]
) -> tuple[Version[Wanted], ...]:
    return tuple(
        Version(day_of(rule.starts_at), rule.terms)
        for rule in rules
        if rule.kind == kind and isinstance(rule.terms, wanted)
    )


def terms_of(rules: Sequence[StoredRule], kind: str, wanted: type[Wanted]) -> tuple[Wanted, ...]:
    return tuple(version.terms for version in versions_of(rules, kind, wanted))


def _stored_rule(row: dict[str, Any]) -> StoredRule:
    return StoredRule(
        kind=row["kind"],
        code=row["code"],
        starts_at=from_ms(row["starts_at"]),
        terms=_read_body(row["kind"], row["body"]),
    )


def _read_body(kind: str, body: dict[str, Any]) -> Terms:
    """What an older version of the program stored gets the defaults of what it did not know.

    What a reference names may have been loaded by another file; it was checked then.
    """
    if kind == "tiers":
        return read_shop_file({"tiers": body["ladder"]}).tiers
    if kind in WHOLE:
        whole: ShopTerms = getattr(read_shop_file({kind: body}), kind)
        return whole
    part: ShopTerms = getattr(read_shop_file({kind: [body]}), kind)[0]
    return part
