"""openapi.json as the tests read it (接口描述): what a value or an answer has against it."""

import re
from collections.abc import Iterator
from typing import Any

from handlers.pos.routes import OPENAPI
from tests.contract.till import Said

TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
KNOWN_WORDS = {
    *("type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems"),
    *("minLength", "maxLength", "minimum", "maximum", "enum", "const", "format", "description"),
    *("$ref", "pattern", "example", "anyOf", "oneOf"),
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
    if "anyOf" in schema:
        ways = [faults_of(value, one, place) for one in schema["anyOf"]]
        return [] if [] in ways else ways[0]
    kinds = schema.get("type", list(TYPES))
    allowed = [
        kind for name in ([kinds] if isinstance(kinds, str) else kinds) for kind in TYPES[name]
    ]
    if type(value) not in allowed:
        return [f"{place} is no {kinds}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place} is none of {schema['enum']}"]
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        return [f"{place} is not like {schema['pattern']}"]
    if isinstance(value, int) and value < schema.get("minimum", value):
        return [f"{place} is below {schema['minimum']}"]
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


def answer_faults(path: str, said: Said) -> list[str]:
    """What in an answer is not as its call describes, header and all."""
    responses = OPENAPI["paths"][path]["post"]["responses"]
    if str(said.status) not in responses:
        return [f"{path} answered {said.status}: {said.raw!r}"]
    answer = resolved(responses[str(said.status)])
    header = answer.get("headers", {}).get("Idempotent-Replay")
    if said.is_replay != bool(header and (header["required"] or said.is_replay)):
        return [f"{path} {said.status}: replay is {said.is_replay}"]
    schema = answer["content"]["application/json"]["schema"]
    return faults_of(said.body, schema, f"{path} {said.status}")


def request_schema(path: str) -> dict[str, Any]:
    content = OPENAPI["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    return resolved(content["schema"])
