"""Fingerprints (内容指纹): equal JSON values are the same content, however they were written."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.fingerprints import MAXIMUM_DEPTH, canonical_json, fingerprint

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def read(text: str) -> object:
    return json.loads(text, parse_float=Decimal)


@given(JSON)
def test_the_canonical_spelling_is_json_and_says_the_same_value(value: object) -> None:
    assert json.loads(canonical_json(value)) == value
    assert canonical_json(value).isascii()


@given(JSON, JSON)
def test_values_are_the_same_content_exactly_when_their_json_is_equal(
    one: object, other: object
) -> None:
    plain = [json.dumps(value, sort_keys=True) for value in (one, other)]
    assert (fingerprint(one) == fingerprint(other)) == (plain[0] == plain[1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": [2, 3]}', '{"b":[2,3],"a":1}'),
        ("12", "12.0"),
        ("12", "1.2e1"),
        ("0", "-0.0"),
        ("1.50", "15e-1"),
        ('"\\u7ea2"', '"红"'),
        ("1e30", "1" + "0" * 30),
        ("1e400", "1" + "0" * 400),
    ],
)
def test_spelling_does_not_matter(one: str, other: str) -> None:
    assert fingerprint(read(one)) == fingerprint(read(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[1, 2]", "[2, 1]"),
        ("1", '"1"'),
        ("1", "true"),
        ("null", "false"),
        ("{}", "[]"),
        ('{"a": null}', "{}"),
        ("100000000000000000001", "100000000000000000000"),
        ("0.1", "0.10000000000000000001"),
        ('"é"', '"e\\u0301"'),
    ],
)
def test_what_differs_in_value_order_or_type_differs(one: str, other: str) -> None:
    assert fingerprint(read(one)) != fingerprint(read(other))


def test_numbers_read_with_and_without_exact_decimals_agree() -> None:
    assert fingerprint(json.loads("[0.1, 2.50]")) == fingerprint(read("[0.1, 2.50]"))


def test_a_huge_exponent_stays_a_short_text() -> None:
    assert canonical_json(Decimal("1e999999")) == "1e999999"


def test_a_lone_surrogate_is_still_a_text() -> None:
    assert canonical_json(json.loads('"\\ud800"')) == '"\\ud800"'


@pytest.mark.parametrize(
    "value", [{1: 2}, {1, 2}, b"x", object(), Decimal("NaN"), Decimal("Infinity"), Fraction(1, 3)]
)
def test_what_json_cannot_say_has_no_fingerprint(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        fingerprint(value)


def test_nesting_without_end_is_refused_before_the_stack_is() -> None:
    deepest: list[object] = []
    for _ in range(MAXIMUM_DEPTH - 1):
        deepest = [deepest]
    assert canonical_json(deepest) == "[" * MAXIMUM_DEPTH + "]" * MAXIMUM_DEPTH
    with pytest.raises(ValueError, match="nested"):
        fingerprint([deepest])
