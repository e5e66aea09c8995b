"""The profile (资料) in the shop file: its upkeep, and which districts are whose."""

from collections.abc import Sequence

from loyalty.shop_file.parts import ProfileTerms, Region
from loyalty.shop_file.scope import texts
from loyalty.shop_file.table import Table


def read_profile(table: Table) -> ProfileTerms:
    plain = ProfileTerms()
    return ProfileTerms(
        check_days=table.number("check_days", plain.check_days, lowest=0, highest=3650),
        stale_months=table.number("stale_months", plain.stale_months, lowest=1, highest=120),
        merge_undo_days=table.number(
            "merge_undo_days", plain.merge_undo_days, lowest=1, highest=90
        ),
    )


def read_region(table: Table) -> Region:
    return Region(code=table.code(), name=table.text("name"), districts=texts(table, "districts"))


def check_districts(top: Table, regions: Sequence[Region]) -> None:
    """A district tells one region."""
    owners: dict[str, str] = {}
    for index, region in enumerate(regions):
        for district in region.districts:
            if owners.setdefault(district, region.code) != region.code:
                place = f"regions[{index}].districts"
                problem = f"has a district of region {owners[district]}"
                top.fault(place, problem, "leave it in one region")
