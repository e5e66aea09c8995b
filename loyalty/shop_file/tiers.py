"""Tiers (等级) in the shop file: the rungs, and by which rules they are reached and kept."""

from collections.abc import Mapping, Sequence

from loyalty.shop_file.actions import read_actions
from loyalty.shop_file.scope import texts
from loyalty.shop_file.standing import LadderTerms, Tier
from loyalty.shop_file.table import LARGEST_NUMBER, Table

GIFTS = ("points", "coupon")
MEASURES = ("growth", "visits", "spend_fen")


def read_ladder(table: Table) -> LadderTerms:
    plain = LadderTerms()
    number = table.number
    return LadderTerms(
        starts=table.day("starts"),
        window_days=number("window_days", plain.window_days, lowest=0, highest=3650),
        keep_percent=number("keep_percent", plain.keep_percent, lowest=0, highest=100),
        term_months=number("term_months", plain.term_months, lowest=1, highest=60),
        grace_days=number("grace_days", plain.grace_days, lowest=0, highest=365),
        visit_from_fen=number(
            "visit_from_fen", plain.visit_from_fen, lowest=0, highest=LARGEST_NUMBER
        ),
    )


def read_tier(table: Table) -> Tier:
    return Tier(
        code=table.code(),
        name=table.text("name"),
        growth=table.number("growth", 0, lowest=0, highest=LARGEST_NUMBER),
        discount_percent=table.number("discount_percent", 100, lowest=1, highest=100),
        visits=table.number("visits", 0, lowest=0, highest=10_000),
        spend_fen=table.number("spend_fen", 0, lowest=0, highest=LARGEST_NUMBER),
        match=table.choice("match", ("any", "all"), "all"),
        benefits=texts(table, "benefits"),
        gifts=read_actions(table, "gifts", GIFTS) if table.offers("gifts") else (),
    )


def check_tiers(top: Table, tiers: Sequence[Tier]) -> None:
    """Everybody is on one rung: the first costs nothing, and each next one costs more."""
    if tiers:
        _check_first(top, tiers[0])
    misread = {fault.path for fault in top.faults}
    highest = dict.fromkeys(MEASURES, 0)
    for index, tier in enumerate(tiers):
        place, asked = f"tiers[{index}]", _asked(tier)
        if index and not misread & {f"{place}.{measure}" for measure in MEASURES}:
            _check_rise(top, place, asked, highest)
        highest = {measure: max(highest[measure], asked.get(measure, 0)) for measure in MEASURES}


def _asked(tier: Tier) -> dict[str, int]:
    """What the rung asks for; a measure of 0 does not count."""
    measures = {measure: int(getattr(tier, measure)) for measure in MEASURES}
    return {measure: value for measure, value in measures.items() if value}


def _check_rise(
    top: Table, place: str, asked: Mapping[str, int], highest: Mapping[str, int]
) -> None:
    """Nothing is asked for less than before, and something for more."""
    remedy = "write the tiers from low to high"
    lower = [measure for measure, value in asked.items() if value < highest[measure]]
    for measure in lower:
        top.fault(f"{place}.{measure}", "is below a tier before", remedy)
    if not lower and not any(value > highest[measure] for measure, value in asked.items()):
        measure = next(iter(asked), "growth")
        top.fault(f"{place}.{measure}", "is not above the tier before", remedy)


def _check_first(top: Table, first: Tier) -> None:
    misread = {fault.path for fault in top.faults}
    for measure in _asked(first):
        place = f"tiers[0].{measure}"
        if place not in misread:
            remedy = f"write {measure} = 0 for the tier everybody starts in"
            top.fault(place, "is not 0", remedy)
    if first.gifts:
        remedy = "give them by a campaign with the trigger join"
        top.fault("tiers[0].gifts", "are for a tier that everybody has from the start", remedy)
