"""Lifecycle (生命周期): every member's rhythm and stage, looked at each night, changes with cause.

Only those are read anew whose ledger has moved or whose stage turns by the calendar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from loyalty.fingerprints import canonical_json
from loyalty.lifecycle import (
    LifecycleTerms,
    Rhythm,
    Stage,
    limits_of,
    next_change_on,
    rhythm_of,
    stage_on,
)
from services.campaigns.cues import cue
from services.clock import day_of
from services.shop import Shop
from storage.lifecycle import (
    add_stage_changes,
    heard_at,
    members_after,
    members_touched,
    members_turning,
    move_marks,
    newest_transaction,
    put_rhythms,
    read_marks,
    rhythms_of,
    visit_days,
)
from storage.sql import Row
from storage.transactions import transactional

BATCH = 500


async def refresh_stages(shop: Shop) -> int:
    """Look at whoever may stand elsewhere by now; how many changed their stage."""
    known_through, seen_through = await read_marks()
    newest, changed, last = await newest_transaction(), 0, 0
    while batch := await members_touched(
        seen_through, newest, after=last, known_through=known_through, limit=BATCH
    ):
        last = batch[-1]
        changed += await refresh_members(shop, batch)
    while batch := await members_turning(shop.today(), limit=BATCH):
        changed += await refresh_members(shop, batch)
    return changed + await _refresh_from(shop, known_through, newest)


async def refresh_all_stages(shop: Shop) -> int:
    """Look at everybody, as after other terms; how many changed their stage."""
    return await _refresh_from(shop, 0, await newest_transaction())


async def _refresh_from(shop: Shop, last: int, newest: int) -> int:
    changed = 0
    while batch := await members_after(last, limit=BATCH):
        last = batch[-1]
        changed += await refresh_members(shop, batch)
    await move_marks(last, newest)
    return changed


@dataclass(frozen=True, slots=True)
class _Seen:
    """A member as looked at today."""

    member_id: int
    rhythm: Rhythm
    stage: Stage
    heard_on: date | None
    before: Row | None

    @property
    def has_turned(self) -> bool:
        return self.before is None or self.before["stage"] != self.stage


@transactional
async def refresh_members(shop: Shop, member_ids: Sequence[int]) -> int:
    """Of so many of these members the stage changed."""
    terms, today = shop.rules.lifecycle, shop.today()
    days, before = await visit_days(member_ids), await rhythms_of(member_ids)
    heard = await heard_at(member_ids) if terms.contact_counts else dict[int, datetime]()
    seen = [
        _look(member_id, days.get(member_id, ()), today, terms, heard, before)
        for member_id in member_ids
    ]
    await put_rhythms([_rhythm_row(one, today, terms) for one in seen])
    turned = [one for one in seen if one.has_turned]
    await add_stage_changes([_change_row(one, shop.now(), today, terms) for one in turned])
    for one in turned:
        key = f"stage:{one.member_id}:{today}:{one.stage}"
        await cue(shop, f"stage:{one.stage}", one.member_id, key=key)
    return len(turned)


def _look(
    member_id: int,
    days: Sequence[date],
    today: date,
    terms: LifecycleTerms,
    heard: Mapping[int, datetime],
    before: Mapping[int, Row],
) -> _Seen:
    rhythm = rhythm_of(days, terms)
    heard_on = day_of(heard[member_id]) if member_id in heard else None
    stage = stage_on(rhythm, today, terms, heard_on=heard_on)
    return _Seen(member_id, rhythm, stage, heard_on, before.get(member_id))


def _rhythm_row(one: _Seen, today: date, terms: LifecycleTerms) -> Row:
    since = today.isoformat()
    if one.before is not None and not one.has_turned:
        since = one.before["stage_since"]
    return {
        "member_id": one.member_id,
        "visits": one.rhythm.visits,
        "first_on": one.rhythm.first_on,
        "last_on": one.rhythm.last_on,
        "back_on": one.rhythm.back_on,
        "median_days": one.rhythm.median_days,
        "stage": one.stage.value,
        "stage_since": since,
        "next_on": next_change_on(one.rhythm, today, terms, heard_on=one.heard_on),
    }


def _change_row(one: _Seen, now: datetime, today: date, terms: LifecycleTerms) -> Row:
    limits = limits_of(one.rhythm, terms)
    facts = {
        "quiet": (today - one.rhythm.last_on).days if one.rhythm.last_on else None,
        "median": one.rhythm.median_days,
        "cooling": limits.cooling,
        "dormant": limits.dormant,
    }
    return {
        "member_id": one.member_id,
        "from_stage": one.before["stage"] if one.before else None,
        "to_stage": one.stage.value,
        "cause": _cause(one, today),
        "facts": canonical_json(facts),
        "changed_at": now,
    }


def _cause(one: _Seen, today: date) -> str:
    if one.before is None:
        return "joined"
    was, is_now = one.before["last_on"] or "", str(one.rhythm.last_on or "")
    if was != is_now:
        return "purchase" if is_now > was else "refund"
    turned_by_calendar = one.before["next_on"] and one.before["next_on"] <= today.isoformat()
    return "quiet" if turned_by_calendar else "terms"
