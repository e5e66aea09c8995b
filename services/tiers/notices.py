"""Notices before a tier ends (保级提醒): 30 and 7 days ahead, to whom the review would lower.

What is told is what the review would find: the same conditions over the same days.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from loyalty.messages import Topic
from loyalty.tiers import standards
from services.clock import end_of
from services.messages.notices import put_notice, this_morning
from services.shop import Shop
from services.tiers.measures import BATCH, ladder_of, progress_of_many
from services.tiers.words import condition_lines
from storage.tiers import members_with_term_ending, terms_ending
from storage.transactions import transactional

# A notice that could not be put on its day is put on the next ones.
DAYS_AHEAD = ((30, 8), (7, 0))


async def put_tier_notices(shop: Shop) -> int:
    """Each once a term; how many were new."""
    put = 0
    for most, fewest in DAYS_AHEAD:
        first, last = (shop.today() + timedelta(days=days) for days in (fewest, most))
        for until_on in await terms_ending(first, last):
            put += await _put_for_term(shop, until_on, days=most)
    return put


async def _put_for_term(shop: Shop, until_on: date, *, days: int) -> int:
    put, member_id = 0, 0
    while member_ids := await members_with_term_ending(until_on, after=member_id, limit=BATCH):
        put += await _put_notices(shop, member_ids, until_on, days)
        member_id = member_ids[-1]
    return put


@transactional
async def _put_notices(shop: Shop, member_ids: Sequence[int], until_on: date, days: int) -> int:
    ladder, put = ladder_of(shop), 0
    percent = ladder.terms.keep_percent
    for progress in await progress_of_many(shop, member_ids, ladder=ladder, last_day=until_on):
        tier = ladder.rungs[ladder.place(progress.standing)]
        asked = standards(tier, progress.measures, percent=percent)
        if asked.holds:
            continue
        put += await put_notice(
            shop,
            progress.member_id,
            wording="tiers/told_ending",
            facts={
                "tier": tier.name,
                "until": until_on.isoformat(),
                "gaps": "\n".join(condition_lines(shop, asked)),
                "rules": shop.rules.version,
                "missing": {item.measure: item.missing for item in asked.conditions},
            },
            key=_key(progress.member_id, until_on, days),
            due_at=this_morning(shop),
            message_class="service",
            topic=Topic.TIERS,
            useless_after=end_of(until_on),
            replaces=[
                _key(progress.member_id, until_on, most) for most, _ in DAYS_AHEAD if most > days
            ],
        )
    return put


def _key(member_id: int, until_on: date, days: int) -> str:
    return f"tier_ending:{member_id}:{until_on}:{days}"
