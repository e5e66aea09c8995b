"""openapi.json: it is well-formed, and the door does what it says."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.pos.routes import CALLS, OPENAPI
from loyalty.refusals import CODES
from tests.handlers.pos.counter import PURCHASES, Counter
from tests.handlers.pos.test_purchases import code_of

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "null": (type(None),),
}
KNOWN_WORDS = {
    *("type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems"),
    *("minLength", "maxLength", "minimum", "maximum", "enum", "const", "format", "description"),
    "$ref",
}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for."""
    if "$ref" not in schema:
        return schema
    found: Any = OPENAPI
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return resolved(found)


def everything_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from everything_in(child)
    elif isinstance(node, list):
        for child in node:
            yield from everything_in(child)


def faults_of(value: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """What in a value is not as the schema says; properties nobody described count too."""
    schema = resolved(schema)
    assert set(schema) <= KNOWN_WORDS, schema
    kinds = schema.get("type", list(TYPES))
    allowed = [
        kind for name in ([kinds] if isinstance(kinds, str) else kinds) for kind in TYPES[name]
    ]
    if type(value) not in allowed:
        return [f"{place} is no {kinds}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place} is none of {schema['enum']}"]
    if isinstance(value, dict):
        return object_faults(value, schema, place)
    if isinstance(value, list):
        return [
            f
            for n, item in enumerate(value)
            for f in faults_of(item, schema["items"], f"{place}[{n}]")
        ]
    return []


def object_faults(value: dict[str, Any], schema: dict[str, Any], place: str) -> list[str]:
    described = schema["properties"]
    faults = [
        f"{place}.{name} is missing" for name in schema.get("required", []) if name not in value
    ]
    for name, item in value.items():
        if name not in described:
            faults.append(f"{place}.{name} is not described")
        else:
            faults += faults_of(item, described[name], f"{place}.{name}")
    return faults


def answer_schema(status: int) -> dict[str, Any]:
    answer = resolved(OPENAPI["paths"][PURCHASES]["post"]["responses"][str(status)])
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


async def test_the_description_is_served_without_a_signature(counter: Counter) -> None:
    till = counter.tills["cd01-1"]
    async with till.session.get(f"{till.urls[0]}/pos/v1/openapi.json") as response:
        assert (response.status, await response.json()) == (200, OPENAPI)
    assert OPENAPI["openapi"].startswith("3.1.")


def test_every_reference_leads_somewhere() -> None:
    references = [node for node in everything_in(OPENAPI) if "$ref" in node]
    assert len(references) > 5
    assert all(resolved(node) for node in references)


def test_every_required_property_is_described_and_limits_are_in_order() -> None:
    for schema in everything_in(OPENAPI["components"]["schemas"]):
        assert set(schema.get("required", [])) <= set(schema.get("properties", {}))
        for low, high in (("minimum", "maximum"), ("minLength", "maxLength")):
            assert schema.get(low, 0) <= schema.get(high, schema.get(low, 0))


def test_every_call_is_described_once() -> None:
    assert set(OPENAPI["paths"]) == set(CALLS)
    names = [call["post"]["operationId"] for call in OPENAPI["paths"].values()]
    assert len(names) == len(set(names))
    for path in OPENAPI["paths"]:
        assert re.fullmatch(r"/pos/v1(/[a-z_{}]+)+", path)


def test_the_four_headers_are_described_and_asked_for() -> None:
    schemes = OPENAPI["components"]["securitySchemes"]
    assert {scheme["name"] for scheme in schemes.values()} == {
        *("X-Till", "X-Timestamp", "X-Nonce", "X-Signature")
    }
    for call in OPENAPI["paths"].values():
        assert [set(asked) for asked in call["post"]["security"]] == [set(schemes)]


def test_error_codes_are_those_of_the_refusals() -> None:
    error = OPENAPI["components"]["schemas"]["Error"]["properties"]["error"]
    assert set(error["properties"]["code"]["enum"]) == set(CODES.values())


async def test_answers_are_as_described(counter: Counter) -> None:
    code = await code_of(counter, "小李")
    basket = counter.basket(member_code=code)
    for body in (counter.basket(), basket, basket, basket | {"paid_fen": 1}, {}, b"{"):
        said = await counter.report(body)
        assert faults_of(said.body, answer_schema(said.status), "answer") == []


@pytest.mark.parametrize("status", [400, 401, 404, 409, 410, 413, 422, 503])
def test_every_way_to_be_refused_is_described(status: int) -> None:
    assert answer_schema(status) == {"$ref": "#/components/schemas/Error"}


def at_the_limits(schema: dict[str, Any]) -> Iterator[tuple[Any, bool]]:
    """Values at each limit and just beyond it, with whether they are good."""
    if "maximum" in schema:
        yield from ((schema["minimum"], True), (schema["minimum"] - 1, False))
        yield from ((schema["maximum"], True), (schema["maximum"] + 1, False))
    if "maxLength" in schema:
        yield from (("x" * schema["maxLength"], True), ("x" * (schema["maxLength"] + 1), False))
        yield ("", False)


async def test_limits_are_where_the_description_says(counter: Counter) -> None:
    schemas = OPENAPI["components"]["schemas"]
    tried = 0
    for name, schema in schemas["Purchase"]["properties"].items():
        for value, is_good in at_the_limits(schema):
            said = await counter.report(counter.basket() | {name: value})
            assert (said.status in (201, 409)) is is_good, (name, value)
            tried += 1
    for name, schema in schemas["Line"]["properties"].items():
        for value, is_good in at_the_limits(schema):
            basket = counter.basket()
            said = await counter.report(basket | {"lines": [basket["lines"][0] | {name: value}]})
            assert (said.status == 201) is is_good, (name, value)
            tried += 1
    assert tried > 20
