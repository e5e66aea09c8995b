"""Coupon codes (券码): typed by hand, so every slip of one letter or of two neighbours is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.code_letters import ALPHABET
from loyalty.coupon_codes import (
    LENGTH,
    RANDOM_BYTES,
    check_letter,
    coupon_code,
    read_coupon_code,
)

BYTES = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)
PLACES = st.integers(0, LENGTH - 1)


def test_the_alphabet_has_32_letters_and_no_zero_one_or_their_doubles() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 32
    assert not set("01OI") & set(ALPHABET)


@given(BYTES)
def test_a_code_reads_back_as_itself(random_bytes: bytes) -> None:
    code = coupon_code(random_bytes)
    assert len(code) == LENGTH == 12
    assert read_coupon_code(code) == code


@given(BYTES, PLACES, st.sampled_from(ALPHABET))
def test_every_wrong_letter_is_seen(random_bytes: bytes, place: int, other: str) -> None:
    code = coupon_code(random_bytes)
    wrong = code[:place] + other + code[place + 1 :]
    assert read_coupon_code(wrong) == (code if wrong == code else None)


@given(BYTES, PLACES, PLACES)
def test_every_swap_of_two_letters_is_seen_neighbours_or_not(
    random_bytes: bytes, one: int, other: int
) -> None:
    code = coupon_code(random_bytes)
    letters = list(code)
    letters[one], letters[other] = letters[other], letters[one]
    swapped = "".join(letters)
    assert read_coupon_code(swapped) == (code if swapped == code else None)


def test_every_single_error_in_one_code_is_seen_without_exception() -> None:
    code = coupon_code(bytes(range(RANDOM_BYTES)))
    wrong = {code[:i] + letter + code[i + 1 :] for i in range(LENGTH) for letter in ALPHABET}
    assert [text for text in wrong if read_coupon_code(text)] == [code]


@given(BYTES, BYTES)
def test_different_random_bits_give_different_codes(one: bytes, other: bytes) -> None:
    used_bits = [int.from_bytes(number, "big") & (1 << 55) - 1 for number in (one, other)]
    assert (coupon_code(one) == coupon_code(other)) == (used_bits[0] == used_bits[1])


def test_a_code_may_be_typed_in_groups_in_small_letters_and_full_width() -> None:
    code = coupon_code(bytes.fromhex("0123456789abcd"))
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}"
    assert read_coupon_code(typed) == code
    assert read_coupon_code("".join(chr(ord(letter) + 0xFEE0) for letter in code)) == code


def test_a_stroke_can_only_be_an_l() -> None:
    code = "L" * 11 + check_letter("L" * 11)
    assert read_coupon_code("1iIl" + code[4:]) == code


@pytest.mark.parametrize(
    "text", ["", "A" * 11, "A" * 13, "O" * 12, "0" * 12, "优惠券" * 4, "ß" * 12]
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert read_coupon_code(text) is None


def test_a_code_needs_exactly_seven_random_bytes() -> None:
    with pytest.raises(AssertionError):
        coupon_code(b"short")
