"""Schedules (定时) in five fields: minute, hour, day of month, month, day of week."""

import re

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Counted from Sunday, which may be written 0 or 7.
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, MONTHS),
    (0, 7, WEEKDAYS),
)
# With 29 February, which comes in some years.
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
PART = re.compile(r"(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/([0-9]{1,2}))?")
LONGEST = 100


def is_cron(text: str) -> bool:
    fields = text.split(" ")
    if len(text) > LONGEST or len(fields) != len(FIELDS):
        return False
    return all(
        _is_field(field, lowest, highest, names)
        for field, (lowest, highest, names) in zip(fields, FIELDS, strict=True)
    )


def has_day(cron: str) -> bool:
    """Whether its day comes in one of its months: 30 February never does."""
    _, _, days, months, _ = cron.split(" ")
    longest = max(LENGTHS[month - 1] for month in _numbers(months, *FIELDS[3]))
    return min(_numbers(days, *FIELDS[2])) <= longest


def _is_field(field: str, lowest: int, highest: int, names: tuple[str, ...]) -> bool:
    return all(_is_part(part, lowest, highest, names) for part in field.split(","))


def _is_part(part: str, lowest: int, highest: int, names: tuple[str, ...]) -> bool:
    match = PART.fullmatch(part)
    if match is None:
        return False
    start, end, step = match.groups()
    # A step needs something to step over; "5/2" means different things to different readers.
    if step is not None and (int(step) == 0 or (start != "*" and end is None)):
        return False
    if start == "*":
        return end is None
    numbers = [_number(text, lowest, names) for text in (start, end) if text is not None]
    is_within = all(lowest <= number <= highest for number in numbers)
    return is_within and numbers == sorted(numbers)


def _numbers(field: str, lowest: int, highest: int, names: tuple[str, ...]) -> set[int]:
    """All that a field which can be read stands for."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = lowest if first == "*" else _number(first, lowest, names)
        end = highest if first == "*" else _number(last or first, lowest, names)
        found.update(range(start, end + 1, int(step or 1)))
    return found


def _number(text: str, lowest: int, names: tuple[str, ...]) -> int:
    """Outside of every field for what is neither a number nor a name."""
    if text in names:
        return names.index(text) + lowest
    return int(text) if text.isdecimal() and len(text) <= 2 else -1
