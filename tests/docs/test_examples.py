"""The example tills work as they stand, and the tills page computes what the server computes."""

import hmac
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from handlers.pos.routes import OPENAPI
from loyalty.receipts import check_receipt, minutes_at, paid_at, read_token, token_in
from services.org.tills import SignedRequest
from tests.docs.pages import Fence, fences_of
from tests.handlers.pos.described import faults_of, request_schema
from tests.source_code import ROOT

EXAMPLES = ROOT / "docs" / "examples"
TILLS = "docs/tills.md"
PATH = "/pos/v1/purchases"
JSON_FENCE = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def enrolment() -> dict[str, Any]:
    """The one of the tills page."""
    return dict(json.loads(fence_with('"till_no"').text))


@pytest.fixture
def enrolment_file(tmp_path: Path, enrolment: dict[str, Any]) -> Path:
    path = tmp_path / "till.json"
    path.write_text(json.dumps(enrolment))
    return path


def test_the_offline_till_prints_a_receipt_the_server_believes(
    enrolment: dict[str, Any], enrolment_file: Path
) -> None:
    script = [sys.executable, str(EXAMPLES / "offline_till.py"), str(enrolment_file), "42", "3200"]
    printed = json.loads(subprocess.run(script, capture_output=True, check=True).stdout)
    found = token_in(printed["url"], link_base=enrolment["claim_url"])
    assert found is not None
    assert found.receipt == read_token(printed["token"])
    assert is_genuine(printed["token"], enrolment)
    receipt = found.receipt.receipt if found.receipt else None
    assert receipt is not None
    assert (receipt.till_no, receipt.sequence, receipt.amount_fen) == (1, 42, 3200)
    assert receipt.minutes == minutes_at(datetime.fromisoformat(printed["paid_at"]))


def test_the_offline_tills_receipt_of_another_shop_is_refused(enrolment: dict[str, Any]) -> None:
    made = {"sequence": 1, "paid_at": datetime(2027, 1, 1, tzinfo=UTC), "amount_fen": 1}
    token = example("offline_till").receipt_token(enrolment, **made)
    assert is_genuine(token, enrolment)
    assert not is_genuine(token, enrolment | {"brand": "rival"})
    assert not is_genuine(token, enrolment | {"environment": "sandbox"})


def test_the_online_till_signs_what_the_server_checks(enrolment: dict[str, Any]) -> None:
    body = json.dumps({"receipt_no": "1", "name": "拿铁"}, ensure_ascii=False).encode()
    moment = {"timestamp": "1801369805", "nonce": "c0ffee00c0ffee00"}
    headers = example("online_till").signed_headers(enrolment, PATH, body, **moment)
    assert headers["X-Signature"] == signature_of(body, headers, enrolment)


def test_the_tills_page_signs_as_the_server_does(enrolment: dict[str, Any]) -> None:
    body = fence_with('"receipt_no"').text.rstrip("\n").encode()
    _, path, timestamp, nonce, digest = fence_with("POST\n").text.splitlines()
    headers = {"X-Till": "cd01-1", "X-Timestamp": timestamp, "X-Nonce": nonce}
    request = signed_request(body, headers)
    assert request.signed_text().decode() == fence_with("POST\n").text.rstrip("\n")
    assert (path, digest) == (PATH, request.signed_text().decode().rpartition("\n")[2])
    shown = fence_with("X-Signature").text.strip()
    assert shown == f"X-Signature: {signature_of(body, headers, enrolment)}"
    assert f"({len(body)} bytes" in (ROOT / TILLS).read_text(encoding="utf-8")


def test_the_tills_page_shows_a_token_that_is_genuine(enrolment: dict[str, Any]) -> None:
    body = json.loads(fence_with('"receipt_no"').text)
    [token] = [fence.text.strip() for fence in fences_of(TILLS) if len(fence.text) == 44]
    assert is_genuine(token, enrolment)
    unverified = read_token(token)
    assert unverified is not None
    receipt = unverified.receipt
    assert (receipt.sequence, receipt.amount_fen) == (body["receipt_seq"], body["paid_fen"])
    assert paid_at(receipt.minutes) == datetime.fromisoformat(body["paid_at"])
    text = (ROOT / TILLS).read_text(encoding="utf-8")
    shown = "".join(re.findall(r"^\| \d+ \|.*\| `([0-9a-f]+)` \|$", text, re.MULTILINE))
    assert shown == (receipt.to_bytes() + unverified.mac).hex()
    assert json.loads(fence_with('"purchase_id"').text)["claim"]["token"] == token


def test_every_call_of_the_tills_page_is_as_described() -> None:
    text = (ROOT / TILLS).read_text(encoding="utf-8")
    parts = re.split(r"^`POST ([^`]+)`$", text, flags=re.MULTILINE)
    shown = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert set(shown) == set(OPENAPI["paths"])
    for path, part in shown.items():
        values = [json.loads(fence) for fence in JSON_FENCE.findall(part.partition("\n## Rec")[0])]
        requests = [value for value in values if not faults_of(value, request_schema(path))]
        answers = [value for value in values if value not in requests]
        assert requests or path == PATH, "it stands above, where it is signed"
        assert answers
        for answer in answers:
            assert any(answer_fits(path, status, answer) for status in ("200", "201", "202")), (
                answer
            )


def answer_fits(path: str, status: str, answer: dict[str, Any]) -> bool:
    response = OPENAPI["paths"][path]["post"]["responses"].get(status)
    return response is not None and not faults_of(
        answer, response["content"]["application/json"]["schema"]
    )


def example(name: str) -> ModuleType:
    spec = spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fence_with(text: str) -> Fence:
    """The first example of the page that begins with this, or has it in its first line."""
    return next(fence for fence in fences_of(TILLS) if text in fence.text.partition("\n")[0] + "\n")


def signed_request(body: bytes, headers: dict[str, str]) -> SignedRequest:
    return SignedRequest(
        method="POST",
        path_with_query=PATH,
        till=headers["X-Till"],
        timestamp=headers["X-Timestamp"],
        nonce=headers["X-Nonce"],
        signature=headers.get("X-Signature", ""),
        body=body,
    )


def signature_of(body: bytes, headers: dict[str, str], enrolment: dict[str, Any]) -> str:
    text = signed_request(body, headers).signed_text()
    return hmac.digest(bytes.fromhex(enrolment["key"]), text, "sha256").hex()


def is_genuine(token: str, enrolment: dict[str, Any]) -> bool:
    unverified = read_token(token)
    key = bytes.fromhex(enrolment["key"])
    whose = {"brand": enrolment["brand"], "environment": enrolment["environment"]}
    return unverified is not None and check_receipt(unverified, key, **whose)
