"""The tier after a merge (合并后等级): the better of two standings, and what both deserve together.

All of these are helpers for use cases that hold the accounts of both.
"""

from collections.abc import Mapping
from typing import Any

from loyalty.standings import MoveReason, Standing
from services.shop import Shop
from services.tiers.gift_returns import take_back_entry_gifts
from services.tiers.history import Move, past_before_rise, record_change
from services.tiers.measures import Ladder, ladder_of, progress_of
from services.tiers.rungs import after_growth

Stood = Mapping[str, Any] | None


async def take_better_standing(
    shop: Shop, merge_id: int, kept_id: int, merged_id: int
) -> dict[str, Stood]:
    """Where the kept member stood before and stands now; the merged one's row stays as it is."""
    ladder = ladder_of(shop)
    was = (await progress_of(shop, kept_id, ladder=ladder)).standing
    other = (await progress_of(shop, merged_id, ladder=ladder)).standing
    if other is not None and _is_better(ladder, other, was):
        past = await past_before_rise(shop, kept_id, ladder=ladder, was=was)
        reason = MoveReason.PINNED if other.pinned_until else MoveReason.REACHED
        facts = {"merge": merge_id, "rules": shop.rules.version, "before": past.as_data()}
        move = Move(was, other, reason, facts)
        await record_change(shop, kept_id, move, ladder=ladder, key=f"merge:{merge_id}")
    await after_growth(shop, kept_id, purchase_id=None, key=f"merge:{merge_id}:rise")
    now = (await progress_of(shop, kept_id, ladder=ladder)).standing
    return {"was": _data(was), "now": _data(now)}


async def give_standing_back(
    shop: Shop, merge_id: int, kept_id: int, stood: Mapping[str, Stood]
) -> None:
    """Back to where the kept member stood, or higher where more is deserved by now.

    Who has moved since stands where they stand. What only the merge brought in gifts goes, too.
    """
    ladder = ladder_of(shop)
    now = (await progress_of(shop, kept_id, ladder=ladder)).standing
    if now is None or _data(now) != stood["now"] or stood["was"] == stood["now"]:
        return
    was = stood["was"]
    ground = Standing(ladder.rungs[0].code, ladder.rungs[0].growth, since_on=shop.today())
    back = Standing.from_data(was) if was else ground
    facts = {"merge": merge_id, "rules": shop.rules.version}
    move = Move(now, back, MoveReason.UNPINNED, facts)
    await record_change(shop, kept_id, move, ladder=ladder, key=f"unmerge:{merge_id}")
    await after_growth(shop, kept_id, purchase_id=None, key=f"unmerge:{merge_id}:rise")
    final = (await progress_of(shop, kept_id, ladder=ladder)).standing
    place, higher = ladder.place(final), ladder.place(now)
    if higher > place:
        await take_back_entry_gifts(shop, kept_id, ladder.rungs[place + 1 : higher + 1])


def _is_better(ladder: Ladder, other: Standing, was: Standing | None) -> bool:
    """A higher rung, or the same one for longer."""
    if ladder.place(other) != ladder.place(was):
        return ladder.place(other) > ladder.place(was)
    if was is None or was.until_on is None:
        return False
    return other.until_on is None or other.until_on > was.until_on


def _data(standing: Standing | None) -> Stood:
    return standing.as_data() if standing else None
