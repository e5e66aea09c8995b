"""Previews of a ladder (等级预演): how many a new version would raise, keep and lower.

Counted by what members have reached up to the day the new ladder starts. Nobody is lowered on
that day, but at the end of the term that runs.
"""

from collections import Counter
from datetime import date

from loyalty.shop_file.reading import read_shop_file
from loyalty.tiers import deserved_place, rungs_of, standards
from services.shop import Shop
from services.tiers.measures import Ladder, Progress, ladder_of, progress_of_everybody
from storage.transactions import snapshot


class NoLadderAhead(Exception):
    """No ladder is loaded for a coming day, and no file was named."""


class _Counts:
    """Members by what becomes of them; each move is written `silver→gold`."""

    def __init__(self, ladder: Ladder) -> None:
        self.ladder = ladder
        self.members = 0
        self.up = Counter[str]()
        self.down = Counter[str]()
        # Members whose rung the new ladder does not have.
        self.replaced = Counter[str]()

    def add(self, progress: Progress) -> None:
        rungs, place = self.ladder.rungs, self.ladder.place(progress.standing)
        code = progress.standing.tier if progress.standing else rungs[0].code
        deserved = deserved_place(rungs, progress.measures)
        percent = self.ladder.terms.keep_percent
        self.members += 1
        if code != rungs[place].code:
            self.replaced[f"{code}→{rungs[place].code}"] += 1
        if deserved > place:
            self.up[f"{code}→{rungs[deserved].code}"] += 1
        elif not standards(rungs[place], progress.measures, percent=percent).holds:
            self.down[f"{code}→{rungs[place - 1].code}"] += 1


async def preview_ladder(shop: Shop, data: dict[str, object] | None = None) -> dict[str, object]:
    """What the ladder loaded ahead would change, or that of a shop file not loaded at all.

    Raises NoLadderAhead, and ShopFileFaults for a faulty file. Reads a few hundred members at a
    time and changes nothing.
    """
    starts_on, ladder = _ladder_ahead(shop) if data is None else _ladder_in(shop, data)
    counts = _Counts(ladder)
    async with snapshot():
        async for progress in progress_of_everybody(shop, ladder=ladder, last_day=starts_on):
            counts.add(progress)
    return {
        "starts": starts_on.isoformat(),
        "members": counts.members,
        "up": dict(sorted(counts.up.items())),
        "down_at_review": dict(sorted(counts.down.items())),
        "same": counts.members - counts.up.total() - counts.down.total(),
        "replaced": dict(sorted(counts.replaced.items())),
    }


def _ladder_ahead(shop: Shop) -> tuple[date, Ladder]:
    if shop.rules.upcoming is None:
        raise NoLadderAhead
    starts_on, terms, tiers = shop.rules.upcoming
    return starts_on, Ladder(terms, rungs_of(tiers))


def _ladder_in(shop: Shop, data: dict[str, object]) -> tuple[date, Ladder]:
    """What the file leaves out stays as it is now."""
    shop_file, today = read_shop_file(data), shop.today()
    terms = shop_file.ladder or shop.rules.ladder
    rungs = rungs_of(shop_file.tiers) if shop_file.tiers else ladder_of(shop).rungs
    starts_on = shop_file.ladder.starts if shop_file.ladder else None
    return max(starts_on or today, today), Ladder(terms, rungs)
