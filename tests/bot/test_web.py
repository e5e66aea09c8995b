"""网页的工具: strict JSON in, pages out that show what members typed as text."""

from typing import Any

import pytest
from jinja2 import UndefinedError

from bot.web import BadJson, JsonFault, Pages, json_answer, read_strict_json
from loyalty.refusals import CODES


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("{}", {}),
        ('{"名": "小李🧧", "fen": -3200, "list": [true, null, ""]}', None),
        ('"\\ud83e\\udde7"', "🧧"),
        (str(10**17), 10**17),
        ("[" * 50 + "]" * 50, None),
    ],
)
def test_plain_json_is_read_as_it_is(body: str, value: Any) -> None:
    read = read_strict_json(body.encode())
    assert value is None or read == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b'{"a": 1, "a": 1}',
        b'[{"b": {"a": 1, "a": 2}}]',
        b"1.0",
        b"-0.0",
        b"1e5",
        b"1e999",
        b"9" * 5_000,
        b"-" + b"9" * 5_000,
        b"1" + b"0" * 18,
        b'"\\ud83d"',
        b'{"\\udde7": 1}',
        b'"\\u0000"',
        b'"\x00"',
        b'{"a\\u0000": 1}',
        b"01",
        b"[1,]",
    ],
    ids=lambda body: body[:24].decode(errors="replace"),
)
def test_anything_else_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(BadJson) as bad:
        read_strict_json(body)
    assert 10 < len(str(bad.value)) < 80


@pytest.mark.parametrize(("status", "code"), CODES.items())
def test_every_error_has_its_code_message_and_request_id(status: int, code: str) -> None:
    response = JsonFault(status, "不行").response("r1")
    assert response.status == status
    assert response.content_type == "application/json"
    error = read_strict_json((response.text or "").encode())
    assert error == {"error": {"code": code, "message": "不行", "request_id": "r1"}}


def test_answers_are_raw_utf_8_and_may_carry_headers() -> None:
    response = json_answer({"名": "小李"}, headers={"Idempotent-Replay": "true"})
    assert response.text == '{"名": "小李"}'
    assert response.headers["Idempotent-Replay"] == "true"


def test_pages_show_what_was_typed_as_text() -> None:
    typed = '<script>alert("1")</script>'
    for title, number in ((typed, ""), ("积分", typed)):
        page = Pages().page("claim_result", brand=typed, title=title, number=number, text=typed)
        assert "<script" not in (page.text or "")
        assert "&lt;script&gt;" in (page.text or "")


def test_an_address_cannot_leave_its_attribute() -> None:
    page = Pages().page("member_code", brand="b", code="66", picture='x" onerror="alert(1)')
    assert 'onerror="' not in (page.text or "")


def test_pages_are_not_kept_not_framed_and_load_nothing() -> None:
    headers = Pages().page("home", brand="山茶咖啡").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]


def test_a_fact_that_was_forgotten_is_no_empty_place() -> None:
    with pytest.raises(UndefinedError):
        Pages().page("claim_result", brand="b", title="t", text="x")
