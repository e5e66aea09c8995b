"""Tiers (等级): the rung a member stands on, and how purchases and returns move it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from loyalty.ledger import Unit
from loyalty.shop_file.reading import Tier
from loyalty.standings import MoveReason, fallen, may_fall, risen
from loyalty.tiers import Measures, deserved_place, place_of, rungs_of, standards
from services.shop import Shop
from services.tiers.gift_returns import take_back_entry_gifts
from services.tiers.gifts import NO_GIFTS, EntryGifts, give_entry_gifts
from services.tiers.history import Move, past_before_rise, past_of, record_change, returned_in
from services.tiers.measures import Ladder, Progress, facts_of, ladder_of, progress_of
from storage.tiers import purchases_with_refunds, read_rung, read_rungs

# What must be locked before a member can rise: growth decides, entry gifts are points.
UNITS_OF_A_RISE = (Unit.GROWTH, Unit.POINTS)


@dataclass(frozen=True, slots=True)
class TierChange:
    """A member's move from rung to rung, with what the new one brought."""

    from_tier: Tier
    to_tier: Tier
    reason: MoveReason
    gifts: EntryGifts = NO_GIFTS


async def tier_of(shop: Shop, member_id: int) -> Tier:
    """The member's rung in the ladder in force; one read."""
    stored = await read_rung(member_id)
    return tier_on(shop, stored["tier"], stored["growth"]) if stored else tier_on(shop, None, None)


def tier_on(shop: Shop, code: str | None, growth: int | None) -> Tier:
    """The rung in force of who stands on the one of this code; the lowest of who never rose."""
    rungs = rungs_of(shop.rules.tiers)
    return rungs[0] if code is None or growth is None else rungs[place_of(rungs, code, growth)]


async def tiers_of(shop: Shop, member_ids: Iterable[int]) -> dict[int, Tier]:
    """The rungs of many members; one read."""
    rungs = rungs_of(shop.rules.tiers)
    wanted = list(member_ids)
    found = dict.fromkeys(wanted, rungs[0])
    for stored in await read_rungs(wanted) if wanted else []:
        found[stored["member_id"]] = rungs[place_of(rungs, stored["tier"], stored["growth"])]
    return found


def is_within_reach(shop: Shop, tier: Tier, *, growth: int, purchases: int) -> bool:
    """Whether a member of this rung might deserve a higher one: each fen spent has brought a
    hundredth, and no window holds more of them, nor more visits than purchases.

    It spares most credits the look at everything that counts.
    """
    rungs = rungs_of(shop.rules.tiers)
    most = Measures(growth, visits=purchases, spend_fen=growth)
    above = rungs[place_of(rungs, tier.code, tier.growth) + 1 :]
    return any(standards(rung, most).holds for rung in above)


async def after_growth(
    shop: Shop, member_id: int, *, purchase_id: int | None, key: str
) -> TierChange | None:
    """Raise a member at once to the highest rung deserved; None when nothing changes.

    A helper for use cases that have posted growth and hold the member's accounts, points among
    them because of entry gifts.
    """
    ladder = ladder_of(shop)
    progress = await progress_of(shop, member_id, ladder=ladder)
    place = ladder.place(progress.standing)
    deserved = deserved_place(ladder.rungs, progress.measures)
    if deserved <= place:
        return None
    was, today = progress.standing, shop.today()
    before = await past_before_rise(shop, member_id, ladder=ladder, was=was)
    now = risen(ladder.rungs, deserved, terms=ladder.terms, today=today, was=was)
    facts = {
        **_facts(shop, ladder, progress, place=deserved),
        "purchase": purchase_id,
        "before": before.as_data(),
    }
    move = Move(was, replace(now, reached_by=purchase_id), MoveReason.REACHED, facts)
    if not await record_change(shop, member_id, move, ladder=ladder, key=key):
        return None
    gifts = await give_entry_gifts(shop, member_id, ladder.rungs[place + 1 : deserved + 1])
    return TierChange(ladder.rungs[place], ladder.rungs[deserved], MoveReason.REACHED, gifts)


async def after_return(
    shop: Shop, member_id: int, *, purchase_id: int, key: str
) -> TierChange | None:
    """Lower a member whom this very purchase raised within the last 30 days; else nothing.

    A helper for use cases that have taken growth back and hold the member's accounts.
    """
    ladder = ladder_of(shop)
    progress = await progress_of(shop, member_id, ladder=ladder)
    was = progress.standing
    if was is None or was.reached_by is None:
        return None
    # Also when the purchase that raised the member came back before, and was not needed then.
    returned = {purchase_id} | await purchases_with_refunds([was.reached_by])
    if not may_fall(was, returned, shop.today()):
        return None
    past = await past_of(member_id)
    now, before = fallen(
        was,
        past,
        ladder.rungs,
        deserved=deserved_place(ladder.rungs, progress.measures),
        returned=returned | await returned_in(past),
        today=shop.today(),
    )
    place, lower = ladder.place(was), ladder.place(now)
    if lower >= place:
        return None
    facts = {
        **_facts(shop, ladder, progress, place=place),
        "purchase": purchase_id,
        "before": before.as_data() if before else None,
    }
    move = Move(was, now, MoveReason.RETURNED, facts)
    if not await record_change(shop, member_id, move, ladder=ladder, key=key):
        return None
    await take_back_entry_gifts(shop, member_id, ladder.rungs[lower + 1 : place + 1])
    return TierChange(ladder.rungs[place], ladder.rungs[lower], MoveReason.RETURNED)


def _facts(shop: Shop, ladder: Ladder, progress: Progress, *, place: int) -> dict[str, object]:
    asked = standards(ladder.rungs[place], progress.measures)
    return facts_of(shop, ladder, asked, last_day=shop.today())
