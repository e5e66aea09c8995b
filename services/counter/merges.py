"""合并、撤销合并: staff make two memberships of one person one, or part them again."""

from typing import Any

from loyalty.confirmations import Confirmed, Proposal
from loyalty.member_numbers import read_member_number
from loyalty.merging import NothingToPart, SameMember
from loyalty.money import yuan_text
from loyalty.staff import Right
from services.counter.kinds import Action, Done, Kind, Request, read_reason
from services.ledger.points import points_balance
from services.merges.merging import Merged, merge_in, undo_merge_in
from services.messages.telling import tell_member
from services.org.reach import reachable_member
from services.org.staff import known_member, where_of
from services.shop import Shop
from services.wallet.balance import stored_value
from storage.instants import day_of, from_ms
from storage.merges import followers_of_both, standing_merge_of
from storage.models import Member


async def propose_merge(shop: Shop, request: Request) -> Proposal:
    """The first number stays; somebody else, who is neither of the two, has to confirm."""
    kept = await reachable_member(shop, request.person, request.argument(0))
    merged = await reachable_member(shop, request.person, request.argument(1))
    if kept.id == merged.id:
        raise SameMember
    reason = read_reason(request.argument(2))
    facts = {
        "kept": kept.name_masked,
        "kept_no": kept.member_no,
        "merged": merged.name_masked,
        "merged_no": merged.member_no,
        "reason": reason,
        "days": shop.rules.profile.merge_undo_days,
        **await _what_there_is(shop, merged.id),
    }
    content = {
        "member_id": kept.id,
        "merged_id": merged.id,
        "reason": reason,
        "store": where_of(shop, request.person),
        "without": await followers_of_both(kept.id, merged.id),
    }
    return Proposal(content, shop.phrase("merging/summary", facts), by_another=True)


async def _what_there_is(shop: Shop, member_id: int) -> dict[str, object]:
    stored = await stored_value(shop, member_id)
    principal_fen = stored.available_fen + stored.held_fen
    points = (await points_balance(shop, member_id)).points
    return {"points": points, "stored": yuan_text(principal_fen)}


async def perform_merge(shop: Shop, confirmed: Confirmed) -> Done:
    content = confirmed.content
    merged = await merge_in(
        shop,
        content["member_id"],
        content["merged_id"],
        by=confirmed.actor,
        reason=content["reason"],
        key=confirmed.key,
    )
    facts = await _facts(shop, merged, content["store"])
    return Done(
        shop.phrase("merging/done", facts),
        member_id=merged.kept_id,
        member_text=shop.phrase("merging/member_merged", facts),
        facts={"merge_id": merged.merge_id},
    )


async def undo_by_who_merged(shop: Shop, confirmed: Confirmed, action: Action) -> Done:
    """Within minutes whoever asked for it takes it back alone, as with anything done."""
    return await _part(shop, confirmed, action.facts["merge_id"], store=action.facts["store"])


async def propose_parting(shop: Shop, request: Request) -> Proposal:
    """By either number; the number of the merged member still finds who they have become."""
    text = request.argument(0)
    kept = await reachable_member(shop, request.person, text)
    merge = await standing_merge_of(read_member_number(text) or kept.member_no)
    if merge is None or merge["kept_id"] != kept.id:
        raise NothingToPart
    merged = await known_member(shop, merge["merged_id"])
    facts = {
        "kept": kept.name_masked,
        "kept_no": kept.member_no,
        "merged_no": merged.member_no,
        "day": day_of(from_ms(merge["merged_at"])).isoformat(),
        "reason": merge["reason"],
    }
    content = {
        "member_id": kept.id,
        "merged_id": merge["merged_id"],
        "merge_id": merge["id"],
        "store": where_of(shop, request.person),
        "without": await followers_of_both(kept.id, merge["merged_id"]),
    }
    return Proposal(content, shop.phrase("merging/undo_summary", facts), by_another=True)


async def perform_parting(shop: Shop, confirmed: Confirmed) -> Done:
    content = confirmed.content
    return await _part(shop, confirmed, content["merge_id"], store=content["store"])


async def _part(shop: Shop, confirmed: Confirmed, merge_id: int, *, store: str) -> Done:
    parted = await undo_merge_in(shop, merge_id, by=confirmed.actor, key=confirmed.key)
    facts = await _facts(shop, parted, store)
    text = shop.phrase("merging/merged_parted", facts)
    await tell_member(shop, parted.merged_id, text, key=f"{confirmed.key}:parted")
    return Done(
        shop.phrase("merging/undone", facts),
        member_id=parted.kept_id,
        member_text=shop.phrase("merging/kept_parted", facts),
    )


async def _facts(shop: Shop, merged: Merged, store: str) -> dict[str, Any]:
    numbers = {member.id: member.member_no for member in await Member.filter(id__in=_both(merged))}
    return {
        "kept_no": numbers[merged.kept_id],
        "merged_no": numbers[merged.merged_id],
        "points": merged.points,
        "principal": yuan_text(merged.principal_fen),
        "bonus": yuan_text(merged.bonus_fen),
        "coupons": merged.coupons,
        "until": merged.undo_until.isoformat(),
        "store": store,
    }


def _both(merged: Merged) -> tuple[int, int]:
    return merged.kept_id, merged.merged_id


MERGE = Kind(Right.MERGE, propose_merge, perform_merge, undo_by_who_merged)
PARTING = Kind(Right.MERGE, propose_parting, perform_parting)
