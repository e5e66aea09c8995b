"""Messages (触达) in the shop file: quiet hours, caps, and what the platform allows."""

import re
from datetime import date

from loyalty.contacts import AllowanceTerms, ContactKind
from loyalty.message_terms import MessageTerms, QuietTerms
from loyalty.shop_file.table import Table, day_in

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
CLOCK_REMEDY = 'write a time such as "21:00"'
ACTIONS = ("defer", "drop")
MOST_HOLIDAYS = 366
MOST_MESSAGES = 1000
LONGEST_SECONDS = 30 * 24 * 60 * 60


def read_messages(table: Table) -> MessageTerms:
    plain = MessageTerms()
    number = table.number
    return MessageTerms(
        quiet_from=_clock(table, "quiet_from", plain.quiet_from),
        quiet_until=_clock(table, "quiet_until", plain.quiet_until),
        quiet=_read_quiet(table),
        holidays=_read_holidays(table),
        promotion_per_7d=number("promotion_per_7d", plain.promotion_per_7d, lowest=0, highest=100),
        promotion_per_30d=number(
            "promotion_per_30d", plain.promotion_per_30d, lowest=0, highest=100
        ),
        care_per_7d=number("care_per_7d", plain.care_per_7d, lowest=0, highest=100),
        mass_per_month=number("mass_per_month", plain.mass_per_month, lowest=0, highest=31),
        allowances=_read_allowances(table),
    )


def _clock(table: Table, key: str, default: str) -> str:
    return table.matching(key, CLOCK, CLOCK_REMEDY) or default if table.offers(key) else default


def _read_quiet(table: Table) -> QuietTerms:
    value = table.value("quiet")
    if not table.has("quiet"):
        return QuietTerms()
    if not isinstance(value, dict):
        table.fault("quiet", "is not a table", 'write quiet = {promotion = "drop"}')
        return QuietTerms()
    line = Table(table.place("quiet"), value, table.faults)
    actions = {name: line.choice(name, ACTIONS, "defer") for name in QuietTerms.__slots__}
    line.refuse_unknown_keys()
    return QuietTerms(**actions)  # type: ignore[arg-type]


def _read_holidays(table: Table) -> tuple[date, ...]:
    values = table.value("holidays")
    if not table.has("holidays"):
        return ()
    days = [day_in(value) for value in values] if isinstance(values, list) else [None]
    if None in days or len(days) > MOST_HOLIDAYS:
        remedy = "write days such as [2027-02-06, 2027-02-07]"
        table.fault("holidays", "is not a list of days", remedy)
        return ()
    return tuple(sorted({day for day in days if day is not None}))


def _read_allowances(table: Table) -> tuple[AllowanceTerms, ...]:
    values = table.value("allowances")
    if not table.has("allowances"):
        return ()
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        table.fault("allowances", "is not a list of tables", "write [[messages.allowances]]")
        return ()
    lines = [
        _read_allowance(Table(f"{table.path}.allowances[{index}]", value, table.faults))
        for index, value in enumerate(values)
    ]
    kinds = [line.kind for line in lines if line.kind]
    if len(set(kinds)) < len(kinds):
        table.fault("allowances", "names one kind twice", "remove one of them")
    return tuple(lines)


def _read_allowance(line: Table) -> AllowanceTerms:
    allowance = AllowanceTerms(
        kind=line.choice("kind", tuple(ContactKind)),
        seconds=line.number("seconds", lowest=1, highest=LONGEST_SECONDS),
        messages=line.optional_number("messages", lowest=0, highest=MOST_MESSAGES),
    )
    line.refuse_unknown_keys()
    return allowance
