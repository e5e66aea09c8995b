"""Service (客户服务) in the shop file: its hours, and by when which ticket is answered."""

from loyalty.promises import PLAIN_PROMISES, read_hours
from loyalty.service_terms import PromiseTerms, ServiceTerms
from loyalty.shop_file.table import Table

HOURS_REMEDY = 'write "09:00-21:00", an hour or more'
LONGEST_MINUTES = 60 * 24 * 30
MOST_PROMISES = 100


def read_service(table: Table) -> ServiceTerms:
    plain = ServiceTerms()
    number = table.number
    return ServiceTerms(
        hours=_read_hours(table, plain.hours),
        close_days=number("close_days", plain.close_days, lowest=1, highest=365),
        reopen_days=number("reopen_days", plain.reopen_days, lowest=1, highest=365),
        upper_percent=number("upper_percent", plain.upper_percent, lowest=1, highest=100),
        promises=_read_promises(table),
    )


def _read_hours(table: Table, default: str) -> str:
    if not table.offers("hours"):
        return default
    hours = table.value("hours")
    if isinstance(hours, str) and read_hours(hours) is not None:
        return hours
    table.fault("hours", "is not a span of hours", HOURS_REMEDY)
    return default


def _read_promises(table: Table) -> tuple[PromiseTerms, ...]:
    values = table.value("promises")
    if not table.has("promises"):
        return ()
    if not isinstance(values, list) or len(values) > MOST_PROMISES:
        table.fault("promises", "is not a list of tables", "write [[service.promises]]")
        return ()
    found = [_read_promise(table, index, value) for index, value in enumerate(values)]
    promises = tuple(promise for promise in found if promise is not None)
    lines = [(promise.kind, promise.tier) for promise in promises if promise.kind]
    if len(set(lines)) < len(lines):
        table.fault("promises", "makes two promises for one kind and tier", "remove one of them")
    return promises


def _read_promise(table: Table, index: int, value: object) -> PromiseTerms | None:
    place = f"promises[{index}]"
    if not isinstance(value, dict):
        table.fault(place, "is not a table", "write [[service.promises]]")
        return None
    line = Table(f"{table.path}.{place}", value, table.faults)
    promise = PromiseTerms(
        kind=line.choice("kind", tuple(PLAIN_PROMISES)),
        tier=line.code("tier") if line.offers("tier") else None,
        minutes=line.optional_number("minutes", lowest=1, highest=LONGEST_MINUTES),
        days=line.optional_number("days", lowest=1, highest=365),
    )
    line.refuse_unknown_keys()
    if line.has("minutes") == line.has("days"):
        line.fault("minutes", "stands with days, or neither does", "write one of the two")
    return promise
