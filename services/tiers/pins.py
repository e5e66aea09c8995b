"""Pinned tiers (手动等级): a rung given by hand, with a reason and a last day.

A pin is a floor, not a ceiling: what a member deserves above it counts at once. After its last
day the rung is reviewed like any other; taking the pin off brings back what stood there before.
"""

from datetime import date

from loyalty.standings import MoveReason, Past, Standing
from loyalty.tiers import deserved_place
from services.custody.auditing import OPERATOR, Act, audit
from services.ledger.posting import lock_accounts
from services.shop import Shop
from services.tiers.history import Move, past_before_rise, pinned_over, record_change, returned_in
from services.tiers.measures import Ladder, ladder_of, progress_of
from services.tiers.rungs import UNITS_OF_A_RISE, after_growth, after_return
from storage.staff import member_by_no
from storage.transactions import transactional


class PinRefused(Exception):
    """There is no such member or rung, or the pin would lower somebody; the text says which."""


@transactional
async def pin_tier(
    shop: Shop, member_no: str, tier_code: str, *, until: date, reason: str
) -> dict[str, object]:
    """Put a member on a rung through a last day; the same pin again changes nothing."""
    member_id = await _locked_member(member_no)
    ladder = ladder_of(shop)
    progress = await progress_of(shop, member_id, ladder=ladder)
    was = progress.standing
    deserved = deserved_place(ladder.rungs, progress.measures)
    place = _checked_place(shop, ladder, tier_code, was=was, deserved=deserved, until=until)
    tier = ladder.rungs[place]
    now = Standing(
        tier=tier.code,
        growth=tier.growth,
        since_on=shop.today(),
        until_on=_later(until, was, tier_code),
        pinned_until=until,
        grace_on=was.grace_on if was else None,
    )
    if was is None or (was.tier, was.pinned_until) != (now.tier, now.pinned_until):
        key = await _record(shop, member_id, now, ladder=ladder, was=was, reason=reason)
        facts = {"tier": tier.code, "until": until.isoformat()}
        await audit(shop, OPERATOR, Act("tier.pin", member_id, facts=facts), key=key)
    return {
        "member_no": member_no,
        "tier": tier.code,
        "until": until.isoformat(),
        "was": ladder.rungs[ladder.place(was)].code,
    }


@transactional
async def unpin_tier(shop: Shop, member_no: str, *, reason: str) -> dict[str, object]:
    """Take a pin off: back to the standing before it, or higher where more is deserved by now."""
    member_id = await _locked_member(member_no)
    ladder = ladder_of(shop)
    was = (await progress_of(shop, member_id, ladder=ladder)).standing
    past = await pinned_over(member_id)
    if was is None or was.pinned_until is None or past is None:
        raise PinRefused(f"nothing is pinned for {member_no}")
    key, now = f"unpin:{member_id}:{shop.now().isoformat()}", past.standing
    facts = {"by_hand": reason, "rules": shop.rules.version}
    move = Move(was, now, MoveReason.UNPINNED, facts)
    await record_change(shop, member_id, move, ladder=ladder, key=key)
    if now.reached_by in await returned_in(Past(now)):
        assert now.reached_by is not None
        await after_return(shop, member_id, purchase_id=now.reached_by, key=f"{key}:return")
    await after_growth(shop, member_id, purchase_id=None, key=f"{key}:rise")
    standing = (await progress_of(shop, member_id, ladder=ladder)).standing
    await audit(shop, OPERATOR, Act("tier.unpin", member_id), key=key)
    return {
        "member_no": member_no,
        "tier": ladder.rungs[ladder.place(standing)].code,
        "was": ladder.rungs[ladder.place(was)].code,
    }


async def _locked_member(member_no: str) -> int:
    member_id = await member_by_no(member_no)
    if member_id is None:
        raise PinRefused(f"there is no member {member_no}")
    await lock_accounts(member_id, UNITS_OF_A_RISE)
    return member_id


def _checked_place(
    shop: Shop,
    ladder: Ladder,
    code: str,
    *,
    was: Standing | None,
    deserved: int,
    until: date,
) -> int:
    codes = [tier.code for tier in ladder.rungs]
    if code not in codes:
        raise PinRefused(f"there is no tier {code}: write one of {', '.join(codes)}")
    if until < shop.today():
        raise PinRefused(f"{until} is over already")
    place, held = codes.index(code), ladder.place(was)
    if place < held and was is not None and was.pinned_until is None:
        raise PinRefused(f"the member stands on {codes[held]}, and a pin lowers nobody")
    if place < deserved:
        raise PinRefused(f"the member deserves {codes[deserved]} without a pin")
    return place


def _later(until: date, was: Standing | None, code: str) -> date:
    """The member's own term on this rung is not cut short."""
    own = was.until_on if was and was.tier == code and was.pinned_until is None else None
    return max(until, own) if own else until


async def _record(
    shop: Shop,
    member_id: int,
    now: Standing,
    *,
    ladder: Ladder,
    was: Standing | None,
    reason: str,
) -> str:
    """The key it is recorded under."""
    is_over_pin = was is not None and was.pinned_until is not None
    before = await pinned_over(member_id) if is_over_pin else None
    if before is None:
        before = await past_before_rise(shop, member_id, ladder=ladder, was=was)
    facts = {
        "by_hand": reason,
        "rules": shop.rules.version,
        "until": now.pinned_until.isoformat() if now.pinned_until else None,
        "before": before.as_data(),
    }
    key = f"pin:{member_id}:{shop.now().isoformat()}"
    move = Move(was, now, MoveReason.PINNED, facts)
    await record_change(shop, member_id, move, ladder=ladder, key=key)
    return key
