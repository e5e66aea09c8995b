"""Reading fields (字段读取): strict about what must be there, mild about how WeChat writes it."""

from math import isfinite
from re import compile as pattern

from bot.markup import Fields, UselessPush

NUMBER = pattern(r"-?[0-9]{1,20}")
DECIMAL = pattern(r"-?[0-9]{1,9}(\.[0-9]{1,20})?")


def text_of(fields: Fields, *names: str) -> str:
    """The first of these fields that is there; empty when none is. A repeated field is broken."""
    for name in names:
        value = fields.get(name, "")
        if isinstance(value, str):
            if value:
                return value
        elif value:
            raise UselessPush("field_" + name)
    return ""


def needed_text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise UselessPush("field_" + name)
    return value


def number_of(fields: Fields, name: str, default: int = 0) -> int:
    """JSON pushes write some numbers as text, so both arrive as text here."""
    text = text_of(fields, name).strip()
    if not text:
        return default
    if not NUMBER.fullmatch(text):
        raise UselessPush("field_" + name)
    return int(text)


def degrees_of(fields: Fields, name: str, *, largest: int) -> float:
    text = needed_text(fields, name).strip()
    value = float(text) if DECIMAL.fullmatch(text) else float("nan")
    if not isfinite(value) or abs(value) > largest:
        raise UselessPush("field_" + name)
    return value


def child_of(fields: Fields, *names: str) -> Fields:
    """A nested element; an empty one has no fields."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, dict):
            return value
    return {}


def items_of(fields: Fields, name: str) -> list[Fields]:
    """One item comes as an object, several as a list, none as an empty text."""
    value = fields.get(name, "")
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]
