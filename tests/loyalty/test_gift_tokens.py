"""Gift tokens: hard to guess, easy to type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.gift_tokens import LENGTH, TOKEN_BYTES, gift_token, read_gift_token

RAW = st.binary(min_size=TOKEN_BYTES, max_size=TOKEN_BYTES)


@given(RAW)
def test_a_token_is_read_however_it_is_typed(raw: bytes) -> None:
    token = gift_token(raw)
    assert len(token) == LENGTH
    typed = f"{token[:4]} {token[4:8]}-{token[8:]}".lower().replace("l", "1")
    assert read_gift_token(typed) == token


@given(RAW, RAW)
def test_every_bit_counts(one: bytes, other: bytes) -> None:
    assert (gift_token(one) == gift_token(other)) is (one == other)


@given(st.text(max_size=20))
def test_what_is_read_is_a_token_whatever_was_typed(text: str) -> None:
    found = read_gift_token(text)
    assert found is None or (len(found) == LENGTH and read_gift_token(found) == found)


@pytest.mark.parametrize("text", ["", "0" * LENGTH, "A" * (LENGTH - 1), "A" * (LENGTH + 1)])
def test_what_cannot_be_a_token_is_none(text: str) -> None:
    assert read_gift_token(text) is None
