"""Tags (标签): by the shop's rules, by staff or by campaigns, each with a reason members may read.

A rule's tag goes when its filter does not hold any more; nobody else's does by itself.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.audiences.filters import Filter, conditions_of
from loyalty.audiences.names import in_place
from loyalty.refusals import Refusal
from loyalty.shop_file.reading import TagTerms
from services.audiences.finding import Audience, names_of, people_of
from services.audiences.segments import saved_filters
from services.shop import Shop
from storage.member_tags import (
    add_tag,
    drop_tag,
    marks,
    move_marks,
    newest_trade,
    only_of,
    say_reason,
    set_by_rule,
    tags_of,
    take_by_rule,
    take_time,
    who_traded,
)
from storage.transactions import transactional

log = logging.getLogger(__name__)

# What a purchase can change of somebody.
BUYING = frozenset(
    {"spend", "unspent", "visits", "bought", "not_bought", "last_bought", "first_bought"}
    | {"points", "growth", "points_debt", "tier"}
)
# Rows are numbered before they are committed: one that was overtaken is seen the next time.
OVERTAKEN = 50
BATCH = 200


@dataclass(frozen=True, slots=True)
class Tag:
    """`source` is rule, staff or campaign."""

    name: str
    source: str
    reason: str


async def member_tags(member_id: int) -> list[Tag]:
    """In the order in which the member got them; one read."""
    return [Tag(row["tag"], row["source"], row["reason"]) for row in await tags_of(member_id)]


async def tag_member(
    shop: Shop, member_id: int, tag: str, *, reason: str, source: str = "campaign"
) -> bool:
    """False where the member has it already. A helper for use cases."""
    return await add_tag(member_id, tag, source=source, reason=reason, now=shop.now())


async def untag_member(member_id: int, tag: str) -> bool:
    """False where nobody but a rule gave it. A helper for use cases."""
    return await drop_tag(member_id, tag)


async def refresh_tags(shop: Shop) -> int:
    """Every rule for everybody; how many tags were set and taken."""
    saved = await saved_filters(shop)
    changed = 0
    for terms in shop.rules.tags:
        changed += await _refresh(shop, terms, saved)
    await _look_on_from(await newest_trade())
    return changed


async def tag_buyers(shop: Shop) -> int:
    """The rules that ask for purchases, for whoever bought or brought back since the last time."""
    reached, since = await newest_trade(), await marks()
    members = await who_traded(_with_overtaken(since), BATCH) if since else []
    # Of a busy hour more than one batch: the night looks at everybody.
    saved = await saved_filters(shop) if members else {}
    changed = 0
    for terms in shop.rules.tags:
        if members and is_about_buying(terms, saved):
            changed += await _refresh(shop, terms, saved, members)
    await _look_on_from(reached)
    return changed


async def next_tagging(shop: Shop) -> datetime | None:
    """Now, where somebody bought since the last time and a rule asks for it."""
    if not any(not terms.ended for terms in shop.rules.tags):
        return None
    return shop.now() if await newest_trade() != await marks() else None


def is_about_buying(terms: TagTerms, saved: dict[str, Filter]) -> bool:
    """Also by way of a saved audience; a rule that cannot be read is nobody's."""
    try:
        wanted = in_place(terms.wanted, saved)
    except Refusal:
        return False
    return any(condition.word in BUYING for condition in conditions_of(wanted))


@transactional
async def _look_on_from(reached: dict[str, int]) -> None:
    await move_marks(reached)


@transactional
async def _refresh(
    shop: Shop,
    terms: TagTerms,
    saved: dict[str, Filter],
    members: Sequence[int] | None = None,
) -> int:
    """One statement sets the tag, one takes it."""
    if terms.ended:
        return await take_by_rule(terms.tag)
    try:
        wanted = in_place(terms.wanted, saved)
        names_of(shop).check(wanted)
    except Refusal as refusal:
        # A store or a saved audience is gone: tags stay until somebody mends the rule.
        log.warning("tag_unread", extra={"facts": {"tag": terms.tag, "why": refusal.code}})
        return 0
    people = people_of(shop, Audience(terms.tag, wanted))
    if members is None:
        await take_time()
    else:
        people = only_of(people, members)
    taken = await take_by_rule(terms.tag, people, members)
    await say_reason(terms.tag, terms.because)
    return taken + await set_by_rule(terms.tag, people, reason=terms.because, now=shop.now())


def _with_overtaken(since: dict[str, int]) -> dict[str, int]:
    return {name: max(0, number - OVERTAKEN) for name, number in since.items()}
