"""补积分: a manager gives or takes points by hand, with a reason; many need a second person."""

import re
from typing import Any

from loyalty.confirmations import Confirmed, Proposal
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import LARGEST_ADJUSTMENT_POINTS, Right
from services.counter.kinds import Action, Done, Kind, Request, read_reason
from services.ledger.adjustments import adjust_points
from services.org.reach import reachable_member
from services.org.staff import where_of
from services.shop import Shop
from storage.counters import take_amount, used_of

# No sign but a minus or plus, no exponent, point or separator (B57).
POINTS = re.compile(r"[+-]?[1-9][0-9]{0,8}")


class PointsUnreadable(Refusal):
    """Not a whole number of points."""

    wording = "staff/points_unreadable"


class TooManyPoints(Refusal):
    wording = "staff/points_too_many"


class AdjustLimitReached(Refusal):
    """Another adjustment of today was confirmed meanwhile: ask again for a second person."""

    wording = "staff/adjust_limit_reached"


def read_points(text: str) -> int:
    if POINTS.fullmatch(text) is None:
        raise PointsUnreadable
    points = int(text)
    if abs(points) > LARGEST_ADJUSTMENT_POINTS:
        raise TooManyPoints(maximum=LARGEST_ADJUSTMENT_POINTS)
    return points


async def propose_adjustment(shop: Shop, request: Request) -> Proposal:
    points, reason = read_points(request.argument(1)), read_reason(request.argument(2))
    member = await reachable_member(shop, request.person, request.argument(0))
    facts = {
        "member_no": member.member_no,
        "member": member.name_masked,
        "points": f"{points:+d}",
        "reason": reason,
        "store": where_of(shop, request.person),
    }
    content = {"member_id": member.id, "points": points, "reason": reason, "store": facts["store"]}
    needs_another = await _needs_another(shop, request.person, member.id, points)
    summary = shop.phrase("staff/adjust_summary", facts)
    return Proposal(content, summary, by_another=needs_another)


async def _needs_another(shop: Shop, person: Person, member_id: int, points: int) -> bool:
    """Beyond what one person moves alone in a day, and always for oneself."""
    moved = await used_of(_day_counter(shop, person.staff_id))
    return member_id == person.member_id or moved + abs(points) > shop.rules.points.adjust_limit


def _day_counter(shop: Shop, staff_id: int | None) -> str:
    return f"adjust:{staff_id}:{shop.today()}"


async def perform_adjustment(shop: Shop, confirmed: Confirmed) -> Done:
    content, limit = confirmed.content, shop.rules.points.adjust_limit
    if not confirmed.by_another:
        counter = _day_counter(shop, confirmed.staff_id)
        if not await take_amount(counter, abs(content["points"]), limit):
            raise AdjustLimitReached(limit=limit)
    return await _adjust(shop, confirmed, content, content["points"], wording="staff/adjusted")


async def undo_adjustment(shop: Shop, confirmed: Confirmed, action: Action) -> Done:
    """Points that were spent meanwhile cannot be taken back: then nothing is."""
    points = -action.facts["points"]
    content = dict(action.facts)
    return await _adjust(shop, confirmed, content, points, wording="staff/adjustment_undone")


async def _adjust(
    shop: Shop, confirmed: Confirmed, content: dict[str, Any], points: int, *, wording: str
) -> Done:
    adjusted = await adjust_points(
        shop,
        content["member_id"],
        points,
        reason=content["reason"],
        key=confirmed.key,
        actor=confirmed.actor,
    )
    facts = {
        "points": f"{points:+d}",
        "balance": adjusted.balance,
        "reason": content["reason"],
        "store": content["store"],
    }
    return Done(
        shop.phrase(wording, facts),
        member_id=content["member_id"],
        member_text=shop.phrase("staff/member_adjusted", facts),
    )


ADJUST = Kind(Right.ADJUST, propose_adjustment, perform_adjustment, undo_adjustment)
