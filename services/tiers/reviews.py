"""Reviews of tiers (等级评定): what the nights after the end of a term bring.

Each review counts what its term counted, whenever it runs: a shop that was down for a year makes
up for the reviews it missed one after the other. Who deserves the rung by the day the review runs
keeps it all the same.
"""

from functools import partial

from loyalty.standings import Standing, reviewed
from loyalty.tiers import deserved_place, standards
from services.each import each_of
from services.ledger.posting import lock_accounts
from services.shop import Shop
from services.tiers.history import Move, record_change
from services.tiers.measures import (
    Ladder,
    facts_of,
    ladder_of,
    progress_of,
    progress_of_everybody,
)
from services.tiers.rungs import UNITS_OF_A_RISE, TierChange, after_growth
from storage.tiers import due_for_review
from storage.transactions import transactional

BATCH = 200


async def review_tiers(shop: Shop) -> int:
    """Review everybody whose term is over; how many reviews it took."""
    reviews, last_id = 0, 0
    while batch := await due_for_review(shop.today(), after=last_id, limit=BATCH):
        last_id = batch[-1]
        reviews += await each_of(batch, partial(review_member, shop))
    return reviews


@transactional
async def review_member(shop: Shop, member_id: int) -> int:
    """All reviews a member is due for, each once for ever; how many."""
    await lock_accounts(member_id, UNITS_OF_A_RISE)
    ladder = ladder_of(shop)
    progress = await progress_of(shop, member_id, ladder=ladder)
    deserved = deserved_place(ladder.rungs, progress.measures)
    standing, reviews = progress.standing, 0
    while standing and standing.until_on and standing.until_on < shop.today():
        standing = await _review(shop, member_id, standing, ladder=ladder, deserved=deserved)
        reviews += 1
    return reviews


async def raise_tiers(shop: Shop) -> int:
    """Raise whoever deserves more than their rung: a new ladder has begun, growth came unseen."""
    ladder, raised = ladder_of(shop), 0
    async for progress in progress_of_everybody(shop, ladder=ladder):
        if deserved_place(ladder.rungs, progress.measures) > ladder.place(progress.standing):
            raised += await each_of([progress.member_id], partial(_raise_one, shop))
    return raised


async def _raise_one(shop: Shop, member_id: int) -> bool:
    return await raise_member(shop, member_id) is not None


@transactional
async def raise_member(shop: Shop, member_id: int) -> TierChange | None:
    await lock_accounts(member_id, UNITS_OF_A_RISE)
    key = f"raise:{member_id}:{shop.today()}"
    return await after_growth(shop, member_id, purchase_id=None, key=key)


async def _review(
    shop: Shop, member_id: int, standing: Standing, *, ladder: Ladder, deserved: int
) -> Standing:
    ended_on, place = standing.until_on, ladder.place(standing)
    assert ended_on is not None, standing
    by_then = await progress_of(shop, member_id, ladder=ladder, last_day=ended_on)
    keep = standards(ladder.rungs[place], by_then.measures, percent=ladder.terms.keep_percent)
    reason, now = reviewed(
        standing, ladder.rungs, keep=keep, deserves_it=deserved >= place, terms=ladder.terms
    )
    facts = {
        **facts_of(shop, ladder, keep, last_day=ended_on),
        "keep_percent": ladder.terms.keep_percent,
        "deserved": ladder.rungs[deserved].code,
        "until": now.until_on.isoformat() if now.until_on else None,
    }
    key = f"review:{member_id}:{ended_on}"
    move = Move(standing, now, reason, facts)
    is_new = await record_change(shop, member_id, move, ladder=ladder, key=key)
    assert is_new, key
    return now
