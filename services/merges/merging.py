"""Merging (合并): one person had two memberships; now it is one, and can be parted for some days.

Locks are taken in the order of claims and payments: followers, then accounts by member number.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from loyalty.ledger import Unit
from loyalty.merging import (
    LaterMergeFirst,
    NothingToPart,
    NotMergeable,
    SameMember,
    TooLateToPart,
)
from services.merges.activities import join_places
from services.merges.details import complete_profile, part_profile
from services.merges.limits import add_up_limits, part_limits
from services.merges.purses import Hands, hand_back, hand_over_all, hold_both
from services.merges.standing import give_standing_back, take_better_standing
from services.shop import Shop
from storage.instants import day_of, from_ms, to_ms
from storage.merges import (
    close_merged,
    end_merge,
    insert_merge,
    keep_figures,
    lock_followers_of,
    members_to_merge,
    merge_by_id,
    merge_by_key,
    merge_by_undone_key,
    move_rows,
    move_rows_back,
    reopen_merged,
)
from storage.sql import Row
from storage.transactions import transactional


@dataclass(frozen=True, slots=True)
class Merged:
    """What came with the merged member, or went back; stored value in fen."""

    merge_id: int
    kept_id: int
    merged_id: int
    points: int
    debt: int
    principal_fen: int
    bonus_fen: int
    coupons: int
    undo_until: date


@transactional
async def merge_members(
    shop: Shop, kept_id: int, merged_id: int, *, by: str, reason: str, key: str
) -> Merged:
    """Make two memberships one, once per key; see merge_in."""
    return await merge_in(shop, kept_id, merged_id, by=by, reason=reason, key=key)


async def merge_in(
    shop: Shop, kept_id: int, merged_id: int, *, by: str, reason: str, key: str
) -> Merged:
    """Make the kept member's all that the merged one has, who is closed then.

    A helper for use cases. Raises SameMember, NotMergeable, HoldUnderWay, MemberMerged.
    """
    if kept_id == merged_id:
        raise SameMember
    await lock_followers_of((kept_id, merged_id))
    known = await merge_by_key(key)
    if known is not None:
        return _told(known, "came")
    await _refuse_unless_active(kept_id, merged_id)
    hands = await hold_both(shop, Hands(kept_id, merged_id))
    members = await members_to_merge((kept_id, merged_id))
    merge_id = await insert_merge(
        key=key,
        kept_id=kept_id,
        merged_id=merged_id,
        actor=by,
        reason=reason,
        came="{}",
        kept_before="{}",
        merged_at=shop.now(),
        undo_until=shop.now() + timedelta(days=shop.rules.profile.merge_undo_days),
    )
    cause = _cause(shop, "merged", members[merged_id], members[kept_id])
    came = await hand_over_all(shop, merge_id, hands, cause=cause, actor=by)
    await join_places(shop, merge_id, kept_id, merged_id)
    moved = await move_rows(merge_id, merged_id, kept_id)
    await add_up_limits(shop, merge_id, kept_id, merged_id)
    if not await close_merged(merged_id, kept_id):
        raise NotMergeable
    profile = await complete_profile(shop, merge_id, members, kept_id, merged_id)
    stood = await take_better_standing(shop, merge_id, kept_id, merged_id)
    figures = {**came, "coupons": moved["coupons.member_id"]}
    before = {"standing": stood, "profile": profile}
    await keep_figures(merge_id, came=json.dumps(figures), kept_before=json.dumps(before))
    return _told(await _merge(merge_id), "came")


@transactional
async def undo_merge(shop: Shop, merge_id: int, *, by: str, key: str) -> Merged:
    """Part the two again, once per key; see undo_merge_in."""
    return await undo_merge_in(shop, merge_id, by=by, key=key)


async def undo_merge_in(shop: Shop, merge_id: int, *, by: str, key: str) -> Merged:
    """Give back what came and is not used since; what was spent stays spent.

    A helper for use cases. Raises NothingToPart, TooLateToPart, LaterMergeFirst, HoldUnderWay.
    """
    merge = await _merge(merge_id)
    kept_id, merged_id = merge["kept_id"], merge["merged_id"]
    await lock_followers_of((kept_id, merged_id))
    known = await merge_by_undone_key(key)
    if known is not None:
        return _told(known, "went")
    await _refuse_unless_partable(shop, merge_id)
    hands = await hold_both(shop, Hands(kept_id, merged_id), reopened=True)
    members = await members_to_merge((kept_id, merged_id))
    if not await reopen_merged(merged_id, kept_id):
        raise NothingToPart
    came, before = json.loads(merge["came"]), json.loads(merge["kept_before"])
    cause = _cause(shop, "unmerged", members[merged_id], members[kept_id])
    went = await hand_back(shop, merge_id, hands, came, cause=cause, actor=by)
    await part_limits(shop, merge_id, kept_id, merged_id)
    moved = await move_rows_back(merge_id, merged_id, kept_id)
    await part_profile(shop, merge_id, kept_id, merged_id, taken=before["profile"])
    await give_standing_back(shop, merge_id, kept_id, before["standing"])
    figures = json.dumps({**went, "coupons": moved["coupons.member_id"]})
    if not await end_merge(merge_id, went=figures, by=by, key=key, now=shop.now()):
        raise NothingToPart
    return _told(await _merge(merge_id), "went")


async def _refuse_unless_active(kept_id: int, merged_id: int) -> None:
    members = await members_to_merge((kept_id, merged_id))
    if len(members) != 2 or any(line["state"] != "active" for line in members.values()):
        raise NotMergeable


async def _refuse_unless_partable(shop: Shop, merge_id: int) -> None:
    """For the sentence alone: what is done with both held is guarded by itself."""
    merge = await _merge(merge_id)
    if merge["undone_at"] is not None:
        raise NothingToPart
    if merge["undo_until"] < to_ms(shop.now()):
        raise TooLateToPart(days=shop.rules.profile.merge_undo_days)
    members = await members_to_merge((merge["kept_id"], merge["merged_id"]))
    if members[merge["kept_id"]]["state"] != "active":
        raise LaterMergeFirst


async def _merge(merge_id: int) -> Row:
    merge = await merge_by_id(merge_id)
    assert merge is not None, merge_id
    return merge


def _cause(shop: Shop, what: str, merged: Row, kept: Row) -> dict[str, object]:
    return {
        "what": what,
        "from_no": merged["member_no"],
        "to_no": kept["member_no"],
        "rules": shop.rules.version,
    }


def _told(merge: Row, column: str) -> Merged:
    figures: dict[str, Any] = json.loads(merge[column])
    return Merged(
        merge_id=merge["id"],
        kept_id=merge["kept_id"],
        merged_id=merge["merged_id"],
        points=figures[Unit.POINTS],
        debt=figures["debt"],
        principal_fen=figures[Unit.PRINCIPAL],
        bonus_fen=figures[Unit.BONUS],
        coupons=figures["coupons"],
        undo_until=day_of(from_ms(merge["undo_until"])),
    )
