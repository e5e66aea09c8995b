"""Member codes (会员码): read back without being stored, gone after a minute, never linkable."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.member_codes import (
    HANDLES,
    USES_PER_STEP,
    MemberCodeReading,
    MemberCodeUnknown,
    MemberCodeUsed,
    TooManyMemberCodes,
    looks_like_member_code,
    read_member_code,
    show_member_code,
    step_at,
)

KEY = b"k" * 32
STEP = 29_000_000

KEYS = st.binary(min_size=32, max_size=32)
HANDLE = st.integers(0, HANDLES - 1)
USES = st.integers(0, USES_PER_STEP - 1)
STEPS = st.integers(1, 2**40)


@given(KEYS, HANDLE, STEPS, USES)
def test_a_code_reads_back_in_its_own_step_and_the_next(
    key: bytes, handle: int, step: int, uses: int
) -> None:
    code = show_member_code(key, handle, step=step, uses=uses)
    assert looks_like_member_code(code)
    reading = MemberCodeReading(handle, uses, step)
    assert read_member_code(key, code, step) == reading
    assert read_member_code(key, code, step + 1) == reading


def test_a_code_is_nobodys_two_steps_later_and_before_its_time() -> None:
    codes = [show_member_code(KEY, handle, step=STEP) for handle in range(200)]
    assert not any(read_member_code(KEY, code, STEP + 2) for code in codes)
    assert not any(read_member_code(KEY, code, STEP - 1) for code in codes)


def test_another_key_reads_nothing() -> None:
    codes = [show_member_code(KEY, handle, step=STEP) for handle in range(200)]
    assert not any(read_member_code(b"x" * 32, code, STEP) for code in codes)


def test_a_code_that_fits_another_member_a_minute_before_is_nobodys() -> None:
    code = show_member_code(KEY, 112_769, step=STEP)
    mistaken = read_member_code(KEY, code, STEP - 1)
    assert mistaken is not None
    assert mistaken.handle == 107_203_798
    assert read_member_code(KEY, code, STEP) is None


def test_no_two_codes_of_a_minute_are_the_same() -> None:
    codes = {
        show_member_code(KEY, handle, step=STEP, uses=use)
        for handle in range(50)
        for use in range(20)
    }
    assert len(codes) == 50 * 20


def test_a_code_changes_in_most_digits_with_every_step_and_every_use() -> None:
    code = show_member_code(KEY, 7, step=STEP)
    for other in (
        show_member_code(KEY, 7, step=STEP + 1),
        show_member_code(KEY, 7, step=STEP, uses=1),
    ):
        same = sum(a == b for a, b in zip(code[2:], other[2:], strict=True))
        assert same < 8


def test_the_digits_of_neighbouring_members_are_spread_evenly() -> None:
    digits = "".join(show_member_code(KEY, handle, step=STEP)[2:] for handle in range(1000))
    assert all(1400 < digits.count(digit) < 1800 for digit in "0123456789")


def test_a_made_up_code_is_practically_never_anybodys() -> None:
    dice = random.Random(66)
    codes = [f"66{dice.randrange(10**16):016d}" for _ in range(2000)]
    assert not any(read_member_code(KEY, code, STEP) for code in codes)


def test_a_made_up_code_hits_with_a_chance_of_one_in_a_million_at_most() -> None:
    hits_in_two_steps, all_codes = 2 * HANDLES * USES_PER_STEP, 10**16
    assert hits_in_two_steps * 1_000_000 <= all_codes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "66",
        "6" * 17,
        "6" * 19,
        "67" + "0" * 16,
        "66" + "０" * 16,
        "66 12345678901234",
        "66" + "x" * 16,
    ],
)
def test_other_texts_do_not_look_like_a_member_code(text: str) -> None:
    assert not looks_like_member_code(text)
    assert read_member_code(KEY, text, STEP) is None


def test_when_all_codes_of_a_minute_are_used_the_member_is_asked_to_wait() -> None:
    with pytest.raises(TooManyMemberCodes) as refused:
        show_member_code(KEY, 7, step=STEP, uses=USES_PER_STEP)
    assert refused.value.code == "rate_limited"


def test_a_step_lasts_a_minute() -> None:
    assert (step_at(119), step_at(120)) == (1, 2)


def test_an_unknown_code_is_not_found_and_a_used_one_is_gone() -> None:
    assert (MemberCodeUnknown().code, MemberCodeUsed().code) == ("not_found", "gone")
