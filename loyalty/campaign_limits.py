"""Limits of campaigns (营销限制): who is held out, how often each person, what it costs."""

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta

from loyalty.campaign_terms import CampaignTerms
from loyalty.campaigns import Campaign, GivePoints
from loyalty.shop_file.value import CouponKind

# A guest of every day is not missed after two days.
LEAST_GAP_DAYS = 7
USUAL_GAP_DAYS = 14


def is_held_out(drawn_as: str, member_id: int, percent: int) -> bool:
    """The same answer for ever, so that a member is compared with the same others throughout."""
    digest = hashlib.sha256(f"hold-out:{drawn_as}:{member_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100 < percent


def period_of(rule: str, day: date, *, turn: str, earlier: int, last_on: date | None) -> str | None:
    """What an effect of this day belongs to; None while the member still rests from the last.

    Periods of so many days are counted per person: two at once have the same number.
    """
    match rule:
        case "once":
            return "once"
        case "year":
            return f"{day:%Y}"
        case "month":
            return f"{day:%Y-%m}"
        case "every":
            return turn
    rest = timedelta(days=int(rule.removesuffix("d")))
    if last_on is not None and day < last_on + rest:
        return None
    return f"{rule}:{earlier + 1}"


def cost_fen(campaign: Campaign, kinds: Mapping[str, CouponKind], *, point_fen: int) -> int:
    """What one effect costs, as the terms say, else what its points and coupons take off at most.

    Of a coupon for goods only the shop knows what it costs: without a word it counts nothing.
    """
    if campaign.terms.cost_fen is not None:
        return campaign.terms.cost_fen
    points = sum(action.points for action in campaign.actions if isinstance(action, GivePoints))
    coupons = [coupon_fen(kinds.get(kind)) or 0 for kind in campaign.coupon_kinds]
    return points * point_fen + sum(coupons)


def hides_its_cost(campaign: Campaign, kinds: Mapping[str, CouponKind]) -> bool:
    """Whether nobody can say what an effect costs, so that no budget could bound it."""
    if campaign.terms.cost_fen is not None:
        return False
    return any(coupon_fen(kinds.get(kind)) is None for kind in campaign.coupon_kinds)


def coupon_fen(kind: CouponKind | None) -> int | None:
    """What a coupon takes off at most; None of goods."""
    if kind is None:
        return None
    return kind.amount_fen if kind.amount_fen is not None else kind.max_fen


def missed_after(terms: CampaignTerms, median_days: int | None) -> int:
    """How many days without a purchase set off a dormant campaign for this member.

    Written for who comes every fortnight; in proportion for whom a rhythm is known (D7).
    """
    if not terms.rhythm or median_days is None:
        return terms.days
    return max(LEAST_GAP_DAYS, terms.days * median_days // USUAL_GAP_DAYS)
