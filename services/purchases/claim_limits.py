"""Limits of claiming (扫小票上限): how many receipts one person scans in a day, and at one store.

Whoever collects what others leave behind soon scans more than anybody buys (field-rules D11).
What is over the limit is not used up: it may be scanned on another day.
"""

from collections.abc import Iterable
from datetime import datetime

from loyalty.person import Person
from loyalty.refusals import Refusal
from services.shop import Shop
from storage.counters import take_from_counter


class TooManyClaims(Refusal):
    """As many receipts as one person claims in a day."""

    wording = "claims/too_many"
    status = 429


class TooManyClaimsHere(Refusal):
    """As many receipts of one store as one person claims in a day."""

    wording = "claims/too_many_here"
    status = 429


async def count_claim(
    shop: Shop, person: Person, member_id: int | None, *, store_id: int, until: datetime
) -> None:
    """Count one new claim. Raises TooManyClaims, TooManyClaimsHere.

    A helper for use cases: what they do not do after all is not counted. Where there is no limit
    nothing is asked.
    """
    policy = shop.rules.points
    limit, limit_here = policy.claims_per_day, policy.claims_per_store_per_day
    if not limit and not limit_here:
        return
    who = _who(person.follower_id, member_id)
    facts = {"until": shop.clock.local(until).strftime("%Y-%m-%d %H:%M")}
    if limit and not await take_from_counter(_day_counter(shop, who), limit):
        raise TooManyClaims(limit=limit, **facts)
    here = _store_counter(shop, who, store_id)
    if limit_here and not await take_from_counter(here, limit_here):
        raise TooManyClaimsHere(limit=limit_here, **facts)


def counters_of_claims(shop: Shop, member_id: int) -> Iterable[str]:
    """All counters of a member's day."""
    who = _who(0, member_id)
    yield _day_counter(shop, who)
    for store_id in shop.rules.places:
        yield _store_counter(shop, who, store_id)


def _who(follower_id: int, member_id: int | None) -> str:
    """A member of several accounts is one person."""
    return f"follower-{follower_id}" if member_id is None else f"member-{member_id}"


def _day_counter(shop: Shop, who: str) -> str:
    return f"claims-day:{shop.today()}:{who}"


def _store_counter(shop: Shop, who: str, store_id: int) -> str:
    return f"claims-day:{shop.today()}:{who}:{store_id}"
