"""Member numbers (会员号): short, read aloud, wrong digits seen, mistaken for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.member_codes import looks_like_member_code
from loyalty.member_numbers import DAMM, MAXIMUM_SEQUENCE, _damm, member_number, read_member_number

SEQUENCES = st.integers(1, MAXIMUM_SEQUENCE)


def test_the_first_members_have_eight_digits() -> None:
    assert len(member_number(1)) == len(member_number(999_999)) == 8
    assert len(member_number(1_000_000)) == 9


def test_the_check_digit_is_damms() -> None:
    # The published example of Damm's table: 572 is followed by 4.
    assert _damm("572") == 4
    assert _damm("5724") == 0


def test_the_table_sees_every_wrong_digit_and_every_swap_by_its_own_law() -> None:
    digits = range(10)
    for check in digits:
        assert sorted(DAMM[check]) == sorted(row[check] for row in DAMM) == list(digits)
        assert DAMM[check][check] == 0
    swaps = [(check, x, y) for check in digits for x in digits for y in digits if x != y]
    assert all(DAMM[DAMM[check][x]][y] != DAMM[DAMM[check][y]][x] for check, x, y in swaps)


@given(SEQUENCES)
def test_a_number_reads_back_and_is_no_member_code_and_no_mobile_number(sequence: int) -> None:
    number = member_number(sequence)
    assert read_member_number(number) == number
    assert number[0] == "8"
    assert len(number) <= 12
    assert not looks_like_member_code(number)


@given(SEQUENCES, SEQUENCES)
def test_no_two_members_share_a_number(one: int, other: int) -> None:
    assert (member_number(one) == member_number(other)) == (one == other)


@given(SEQUENCES, st.integers(0, 11), st.sampled_from("0123456789"))
def test_every_wrong_digit_is_seen(sequence: int, place: int, digit: str) -> None:
    number = member_number(sequence)
    place %= len(number)
    wrong = number[:place] + digit + number[place + 1 :]
    assert read_member_number(wrong) == (number if wrong == number else None)


@given(SEQUENCES, st.integers(0, 10))
def test_every_swap_of_neighbours_is_seen(sequence: int, place: int) -> None:
    number = member_number(sequence)
    place %= len(number) - 1
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert read_member_number(swapped) == (number if swapped == number else None)


def test_a_number_may_be_typed_in_groups_and_full_width() -> None:
    number = member_number(42)
    assert read_member_number(f"{number[:4]} {number[4:]}") == number
    assert read_member_number("".join(chr(ord(digit) + 0xFEE0) for digit in number)) == number


@pytest.mark.parametrize("text", ["", "8", "13812345678", "66" + "0" * 16, "٨٠٠٠٠٠١٢", "8" * 40])
def test_other_texts_are_no_member_number(text: str) -> None:
    assert read_member_number(text) is None


@pytest.mark.parametrize("sequence", [0, -1, MAXIMUM_SEQUENCE + 1])
def test_numbers_are_given_in_the_order_of_joining_only(sequence: int) -> None:
    with pytest.raises(AssertionError):
        member_number(sequence)
