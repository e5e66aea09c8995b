"""openapi.json: it is well-formed, and the door does what it says."""

import re

import pytest
from yarl import URL

from handlers.pos.routes import CALLS, OPENAPI
from loyalty.refusals import CODES
from tests.handlers.pos.counter import PURCHASES, Counter
from tests.handlers.pos.described import (
    answer_faults,
    everything_in,
    faults_of,
    request_schema,
    resolved,
)
from tests.handlers.pos.every_answer import REFUNDS, SCENES, ask, refused_at_the_door
from tests.handlers.pos.values import a_good, good_body, one_way_only, required, tries, without


async def test_the_description_is_served_without_a_signature(counter: Counter) -> None:
    till = counter.tills["cd01-1"]
    async with till.session.get(f"{till.urls[0]}/pos/v1/openapi.json") as response:
        assert (response.status, await response.json()) == (200, OPENAPI)
    assert OPENAPI["openapi"].startswith("3.1.")


@pytest.mark.parametrize("path", ["/pos/v1/", "/pos/v1/sales", "/pos/v1/a%0Ab", "/pos/v1/%00"])
async def test_what_is_no_call_is_answered_in_json(counter: Counter, path: str) -> None:
    till = counter.tills["cd01-1"]
    async with till.session.post(URL(till.urls[0] + path, encoded=True)) as response:
        answer = await response.json()
    error = OPENAPI["components"]["schemas"]["Error"]
    assert (response.status, faults_of(answer, error, path)) == (404, [])


def test_every_reference_leads_somewhere() -> None:
    references = [node for node in everything_in(OPENAPI) if "$ref" in node]
    assert len(references) > 5
    assert all(resolved(node) for node in references)
    calls = {call["post"]["operationId"] for call in OPENAPI["paths"].values()}
    assert {
        node["operationId"] for node in everything_in(OPENAPI) if "operationId" in node
    } == calls


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


async def test_every_answer_is_described_and_every_description_is_met(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = set()
    for scene in SCENES:
        async for path, said in scene(counter):
            met.add((path, str(said.status)))
            assert answer_faults(path, said) == []
    async for path, said in refused_at_the_door(counter, monkeypatch):
        met.add((path, str(said.status)))
        assert answer_faults(path, said) == []
    described = {
        (path, status)
        for path, call in OPENAPI["paths"].items()
        for status in call["post"]["responses"]
    }
    assert described == met


def test_examples_are_as_described() -> None:
    for path, call in OPENAPI["paths"].items():
        request = call["post"]["requestBody"]["content"]["application/json"]
        assert faults_of(request["example"], request["schema"], path) == []
        for status, response in call["post"]["responses"].items():
            answer = resolved(response)["content"]["application/json"]
            assert faults_of(answer["example"], answer["schema"], f"{path} {status}") == []


def test_requests_take_nothing_that_is_not_described() -> None:
    for path in OPENAPI["paths"]:
        inner = [node for node in everything_in(request_schema(path)) if "properties" in node]
        assert inner
        for schema in inner:
            assert "type" not in schema or schema["additionalProperties"] is False


@pytest.mark.parametrize("path", OPENAPI["paths"])
async def test_the_door_takes_what_is_described_and_nothing_else(
    counter: Counter, path: str
) -> None:
    schema, body = request_schema(path), good_body(counter, path)
    assert (await ask(counter, path, body, part="1"))[1].status != 400
    for wrong in (body | {"more": 1}, [body], *(without(body, name) for name in required(schema))):
        assert (await ask(counter, path, wrong, part="1"))[1].status == 400, wrong
    for name, inner in schema["properties"].items():
        for value, is_good in tries(inner):
            tried = one_way_only(body, name, value)
            said = (await ask(counter, path, tried, part="1"))[1]
            assert (said.status != 400) is is_good, (name, value, said.raw)


@pytest.mark.parametrize(("path", "schema"), [(PURCHASES, "Line"), (REFUNDS, "RefundLine")])
async def test_lines_are_as_described(counter: Counter, path: str, schema: str) -> None:
    line = OPENAPI["components"]["schemas"][schema]
    good = a_good(line)
    wrongs = [good | {"more": 1}, *(without(good, name) for name in line["required"])]
    tried = [(wrong, False) for wrong in wrongs]
    for name, inner in line["properties"].items():
        tried += [(good | {name: value}, is_good) for value, is_good in tries(inner)]
    for lines, is_good in tried:
        body = one_way_only(good_body(counter, path), "lines", [lines])
        said = (await ask(counter, path, body))[1]
        assert (said.status != 400) is is_good, (lines, said.raw)
