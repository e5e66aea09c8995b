"""Lifecycle (生命周期) in the shop file: after how many quiet days somebody cools or sleeps."""

from loyalty.lifecycle import LifecycleTerms
from loyalty.shop_file.table import Table

MOST_DAYS = 3650


def read_lifecycle(table: Table) -> LifecycleTerms:
    plain = LifecycleTerms()
    number = table.number
    terms = LifecycleTerms(
        new_days=number("new_days", plain.new_days, lowest=1, highest=MOST_DAYS),
        cooling_days=number("cooling_days", plain.cooling_days, lowest=1, highest=MOST_DAYS),
        dormant_days=number("dormant_days", plain.dormant_days, lowest=2, highest=MOST_DAYS),
        lost_days=number("lost_days", plain.lost_days, lowest=15, highest=MOST_DAYS),
        cooling_times=number("cooling_times", plain.cooling_times, lowest=1, highest=20),
        dormant_times=number("dormant_times", plain.dormant_times, lowest=2, highest=40),
        contact_counts=table.switch("contact_counts", plain.contact_counts),
    )
    if not terms.cooling_days < terms.dormant_days < terms.lost_days:
        table.fault(
            "dormant_days",
            "does not lie between cooling_days and lost_days",
            "write cooling_days below it and lost_days above it",
        )
    if terms.cooling_times >= terms.dormant_times:
        table.fault("cooling_times", "is not below dormant_times", "write a smaller number")
    return terms
