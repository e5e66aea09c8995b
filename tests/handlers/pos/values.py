"""Values a schema takes and refuses (取值): at each limit, just beyond it, and of other types."""

from collections.abc import Iterator
from typing import Any

from handlers.pos.routes import OPENAPI
from tests.handlers.pos.counter import Counter
from tests.handlers.pos.described import resolved

REFUND_LINE = {"sku": "latte", "quantity": 1, "amount_fen": 3200}


def tries(schema: dict[str, Any]) -> Iterator[tuple[Any, bool]]:
    """Values at each limit, beyond it and of other types, with whether they are good."""
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    yield None, "null" in kinds
    yield True, False
    yield {}, False
    if "integer" in kinds:
        yield from ((schema["minimum"], True), (schema["minimum"] - 1, False))
        yield from ((schema["maximum"], True), (schema["maximum"] + 1, False))
        yield from ((str(schema["minimum"]), False), (float(schema["maximum"]), False))
    if "maxLength" in schema:
        yield from (("x" * schema["maxLength"], True), ("x" * (schema["maxLength"] + 1), False))
        yield from (("", False), (7, False), ("a\nb", False), ("é 拿铁", True))
    if schema.get("format") == "date-time":
        yield from (("2021-01-01T00:00:00Z", True), ("2020-12-31T23:59:59Z", False))
        yield from (("2049-12-31T23:59:59.5-10:00", True), ("2050-01-01T00:00:00Z", False))
        yield from (("2027-01-31T12:30:00", False), ("2027-02-30T12:30:00Z", False))
    if "array" in kinds:
        least, most = schema.get("minItems", 0), schema["maxItems"]
        yield from (([1], False), ("x", False))
        yield from (([], least == 0), ([a_good(schema["items"])] * most, True))
        yield [a_good(schema["items"])] * (most + 1), False


def a_good(schema: dict[str, Any]) -> Any:
    schema = resolved(schema)
    if schema["type"] == "object":
        return {name: a_good(schema["properties"][name]) for name in schema["required"]}
    return "x" if schema["type"] == "string" else schema["minimum"]


def good_body(counter: Counter, path: str) -> dict[str, Any]:
    """The example, of today."""
    content = OPENAPI["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    body: dict[str, Any] = dict(content["example"])
    now = counter.shop.shop.now().isoformat()
    return body | {name: now for name in ("paid_at", "refunded_at") if name in body}


def required(schema: dict[str, Any]) -> list[str]:
    names: list[str] = schema.get("required", [])
    return names


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {other: value for other, value in body.items() if other != name}


def one_way_only(body: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """A refund is of an amount or of lines: where one is tried, the other is left out or given."""
    if "refund_no" not in body or name not in ("amount_fen", "lines"):
        return body | {name: value}
    other, good = ("lines", [REFUND_LINE]) if name == "amount_fen" else ("amount_fen", 1)
    return without(body, other) | {name: value} | ({other: good} if value is None else {})
