"""The history of tiers (等级变动): a line for every move, with the facts that explain it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from loyalty.messages import Topic
from loyalty.standings import MoveReason, Past, Standing, recent_past
from services.campaigns.cues import cue
from services.messages.notices import put_notice, this_morning
from services.shop import Shop
from services.tiers.measures import Ladder
from storage.tiers import insert_change, newest_change, purchases_with_refunds, put_standing

# Why somebody is told, and whether that comes about in the night.
TOLD = {
    MoveReason.REACHED: "tiers/told_reached",
    MoveReason.GRACE: "tiers/told_grace",
    MoveReason.STEPPED_DOWN: "tiers/told_stepped_down",
    MoveReason.RETURNED: "tiers/told_returned",
}
BY_NIGHT = (MoveReason.GRACE, MoveReason.STEPPED_DOWN)


@dataclass(frozen=True, slots=True)
class Move:
    """From where to where, why, and what explains it."""

    was: Standing | None
    now: Standing
    reason: MoveReason
    facts: Mapping[str, object]


async def record_change(
    shop: Shop, member_id: int, move: Move, *, ladder: Ladder, key: str
) -> bool:
    """Write a line of history and where the member stands by it; False when the key is used.

    A helper for use cases that hold the member's growth account.
    """
    is_new = await insert_change(
        key=f"tier:{key}",
        member_id=member_id,
        from_tier=move.was.tier if move.was else ladder.rungs[0].code,
        to_tier=move.now.tier,
        reason=move.reason.value,
        facts=json.dumps(move.facts, ensure_ascii=False, sort_keys=True),
        changed_at=shop.now(),
    )
    if not is_new:
        return False
    moved = await put_standing(member_id, move.was.tier if move.was else None, move.now.as_data())
    assert moved, (member_id, key)
    await _cue(shop, member_id, move, ladder=ladder, key=key)
    if move.reason in TOLD:
        await _tell(shop, member_id, move, ladder=ladder, key=key)
    return True


async def _cue(shop: Shop, member_id: int, move: Move, *, ladder: Ladder, key: str) -> None:
    """What campaigns make of it; the same rung on other terms is no move to them."""
    was = ladder.place(move.was) if move.was else 0
    now = ladder.place(move.now)
    if now != was:
        trigger = "tier_up" if now > was else "tier_down"
        facts = {"tier": move.now.tier}
        await cue(shop, trigger, member_id, key=f"tier:{key}", facts=facts)


async def _tell(shop: Shop, member_id: int, move: Move, *, ladder: Ladder, key: str) -> None:
    until_on = move.now.until_on
    await put_notice(
        shop,
        member_id,
        wording=TOLD[move.reason],
        facts={
            "tier": ladder.rungs[ladder.place(move.now)].name,
            "until": until_on.isoformat() if until_on else None,
        },
        key=f"tier:{key}",
        due_at=this_morning(shop) if move.reason in BY_NIGHT else shop.now(),
        message_class="service",
        topic=Topic.TIERS,
    )


async def past_of(member_id: int) -> Past | None:
    """What stands behind the member's rung, as the rise to it remembered it."""
    found = await newest_change(member_id, (MoveReason.REACHED, MoveReason.RETURNED))
    return Past.from_data(json.loads(found["facts"])["before"]) if found else None


async def pinned_over(member_id: int) -> Past | None:
    """What a pin stands over."""
    found = await newest_change(member_id, (MoveReason.PINNED,))
    return Past.from_data(json.loads(found["facts"])["before"]) if found else None


async def past_before_rise(
    shop: Shop, member_id: int, *, ladder: Ladder, was: Standing | None
) -> Past:
    today = shop.today()
    if was is None:
        return Past(Standing(ladder.rungs[0].code, ladder.rungs[0].growth, since_on=today))
    past = await past_of(member_id) if was.reached_by is not None else None
    return recent_past(was, past, today)


async def returned_in(past: Past | None) -> set[int]:
    """Of the purchases that raised the member before: those of which something came back."""
    raised = []
    while past is not None:
        raised += [] if past.standing.reached_by is None else [past.standing.reached_by]
        past = past.before
    return await purchases_with_refunds(raised) if raised else set()
