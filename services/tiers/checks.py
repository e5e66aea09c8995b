"""The ladder as it stands (等级体检): who stands where, and how far the next rung is.

A step of about a fifth more than members spend anyway draws them up; much less is no step, more
than twice as much is given up on. It reports and blocks nothing.
"""

from collections import Counter, defaultdict
from statistics import median_low

from loyalty.tiers import standards
from services.shop import Shop
from services.tiers.measures import ladder_of, progress_of_everybody
from storage.transactions import snapshot

TOO_CLOSE_PERCENT = 5
TOO_FAR_PERCENT = 100


async def check_ladder(shop: Shop) -> dict[str, object]:
    """Members by rung, and the median gap to the next rung in percent of what was spent so far.

    Who has spent nothing, or lacks visits, has no gap in money.
    """
    ladder = ladder_of(shop)
    members, gaps = Counter[str](), defaultdict[str, list[int]](list)
    async with snapshot():
        async for progress in progress_of_everybody(shop, ladder=ladder):
            place, spent = ladder.place(progress.standing), progress.measures.growth
            members[ladder.rungs[place].code] += 1
            if place + 1 == len(ladder.rungs) or not spent:
                continue
            gap = standards(ladder.rungs[place + 1], progress.measures).missing_fen
            if gap is not None:
                gaps[ladder.rungs[place].code].append(gap * 100 // spent)
    medians = {code: median_low(percents) for code, percents in gaps.items()}
    return {
        "members": members.total(),
        "tiers": {tier.code: members[tier.code] for tier in ladder.rungs},
        "median_gap_percent": medians,
        "too_close": [code for code, gap in medians.items() if gap < TOO_CLOSE_PERCENT],
        "too_far": [code for code, gap in medians.items() if gap > TOO_FAR_PERCENT],
    }
