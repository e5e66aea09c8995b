"""Tiers (等级) in the shop file: the rungs, and by which rules they are reached and kept."""

from collections.abc import Sequence

from loyalty.shop_file_campaigns import read_actions
from loyalty.shop_file_scope import texts
from loyalty.shop_file_table import LARGEST_NUMBER, Table
from loyalty.shop_file_terms import LadderTerms, Tier

GIFTS = ("points", "coupon")


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
    gifts = read_actions(table, "gifts", GIFTS) if table.has("gifts") else ()
    table.value("gifts")
    return Tier(
        code=table.code(),
        name=table.text("name"),
        growth=table.number("growth", lowest=0, highest=LARGEST_NUMBER),
        discount_percent=table.number("discount_percent", 100, lowest=1, highest=100),
        visits=table.number("visits", 0, lowest=0, highest=10_000),
        spend_fen=table.number("spend_fen", 0, lowest=0, highest=LARGEST_NUMBER),
        match=table.choice("match", ("any", "all"), "all"),
        benefits=texts(table, "benefits"),
        gifts=gifts,
    )


def check_tiers(top: Table, tiers: Sequence[Tier]) -> None:
    """Everybody is on one rung: the first costs nothing, and each next one costs more."""
    misread = {fault.path for fault in top.faults}
    before = -1
    for index, tier in enumerate(tiers):
        place = f"tiers[{index}].growth"
        if place in misread:
            continue
        if index == 0 and tier.growth != 0:
            top.fault(place, "is not 0", "write growth = 0 for the tier everybody starts in")
        elif tier.growth <= before:
            top.fault(place, "is not above the tier before", "write the tiers from low to high")
        before = max(before, tier.growth)
