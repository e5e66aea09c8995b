"""Receipt tokens (小票码): made by a till alone, good only as made, by its own key, in time."""

import base64
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.receipts import (
    LIMITS,
    FoundToken,
    Receipt,
    ReceiptClaimed,
    ReceiptRefused,
    TooManyReceiptTries,
    check_receipt,
    claim_expires_at,
    is_claimable,
    is_online_sequence,
    minutes_at,
    online_sequence,
    paid_at,
    read_token,
    sign_receipt,
    token_in,
)

KEY = bytes(range(32))
LINK_BASE = "https://shuke.example/r/"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
RECEIPT = Receipt(epoch=1, till_no=7, sequence=42, minutes=3_350_000, amount_fen=3200)
TOKEN = sign_receipt(RECEIPT, KEY, brand="camellia", environment="sandbox")

RECEIPTS = st.builds(Receipt, **{name: st.integers(0, limit - 1) for name, limit in LIMITS.items()})


def verifies(token: str, *, key: bytes | None = KEY, brand: str = "camellia") -> bool:
    unverified = read_token(token)
    return unverified is not None and check_receipt(
        unverified, key, brand=brand, environment="sandbox"
    )


def test_a_token_is_laid_out_as_tills_of_any_make_lay_it_out() -> None:
    body = bytes.fromhex("11 01 000007 0000002a 331df0 00000c80")
    mac = hmac.digest(KEY, b"receipt:camellia:sandbox:" + body, "sha256")[:16]
    assert base64.urlsafe_b64encode(body + mac).decode().rstrip("=") == TOKEN
    assert len(TOKEN) == 43


@given(RECEIPTS, st.binary(min_size=32, max_size=32))
def test_what_a_till_signs_reads_back_and_verifies(receipt: Receipt, key: bytes) -> None:
    token = sign_receipt(receipt, key, brand="camellia", environment="sandbox")
    unverified = read_token(token)
    assert unverified is not None
    assert unverified.receipt == receipt
    assert verifies(token, key=key)


@given(st.integers(0, 42), st.sampled_from(ALPHABET))
def test_a_token_with_another_character_anywhere_never_verifies(place: int, other: str) -> None:
    mutated = TOKEN[:place] + other + TOKEN[place + 1 :]
    assert verifies(mutated) == (mutated == TOKEN)


@given(
    st.text(st.characters(codec="utf-8"), max_size=60) | st.text(ALPHABET, min_size=43, max_size=43)
)
def test_a_made_up_text_never_verifies(text: str) -> None:
    assert not verifies(text)


@given(st.integers(0, 255))
def test_a_flipped_bit_never_verifies(bit: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKEN + "="))
    raw[bit // 8] ^= 1 << bit % 8
    assert not verifies(base64.urlsafe_b64encode(raw).decode().rstrip("="))


@pytest.mark.parametrize(
    "damaged",
    [
        *("", TOKEN[:-1], TOKEN + "A", TOKEN + "=", f" {TOKEN}", f"{TOKEN}\n", TOKEN.swapcase()),
        *(TOKEN.replace(TOKEN[5], "+", 1), TOKEN.replace(TOKEN[5], "é", 1), "\uff21" + TOKEN[1:]),
    ],
)
def test_only_the_canonical_43_characters_are_a_token(damaged: str) -> None:
    assert read_token(damaged) is None


def test_unused_bits_of_the_last_character_must_be_zero() -> None:
    spellings = [TOKEN[:-1] + last for last in ALPHABET]
    same_bytes = [
        text for text in spellings if base64.urlsafe_b64decode(text + "=")[-1:] == _last_byte()
    ]
    assert len(same_bytes) == 4
    assert [text for text in same_bytes if read_token(text)] == [TOKEN]


def _last_byte() -> bytes:
    return base64.urlsafe_b64decode(TOKEN + "=")[-1:]


@pytest.mark.parametrize("first_byte", [0x00, 0x10, 0x12, 0x21, 0xFF])
def test_a_token_of_another_version_or_type_is_none(first_byte: int) -> None:
    raw = bytes([first_byte]) + base64.urlsafe_b64decode(TOKEN + "=")[1:]
    assert read_token(base64.urlsafe_b64encode(raw).decode().rstrip("=")) is None


def test_another_key_another_brand_or_another_environment_does_not_verify() -> None:
    assert not verifies(TOKEN, key=bytes(32))
    assert not verifies(TOKEN, brand="camellia2")
    assert not verifies(sign_receipt(RECEIPT, KEY, brand="camellia", environment="production"))


def test_an_unknown_till_verifies_nothing_not_even_the_key_of_zeros() -> None:
    forged = sign_receipt(RECEIPT, bytes(32), brand="camellia", environment="sandbox")
    assert not verifies(forged, key=None)


@pytest.mark.parametrize(("name", "limit"), LIMITS.items())
def test_what_does_not_fit_its_field_is_no_receipt(name: str, limit: int) -> None:
    fields = dict.fromkeys(LIMITS, 1)
    for value in (-1, limit):
        with pytest.raises(ValueError, match=name):
            Receipt(**{**fields, name: value})


def test_minutes_count_from_2020_in_utc() -> None:
    assert paid_at(0) == datetime(2020, 1, 1, tzinfo=UTC)
    assert minutes_at(datetime(2020, 1, 2, 0, 0, 59, tzinfo=UTC)) == 1440


@given(st.integers(0, LIMITS["minutes"] - 1))
def test_minutes_and_instants_are_the_same_thing(minutes: int) -> None:
    assert minutes_at(paid_at(minutes)) == minutes


def test_a_receipt_may_be_claimed_from_five_minutes_early_to_the_last_day() -> None:
    paid = paid_at(RECEIPT.minutes)
    first, last = paid - timedelta(minutes=5), paid + timedelta(days=30)
    second = timedelta(seconds=1)
    answers = [
        is_claimable(RECEIPT.minutes, now, until=last)
        for now in (first - second, first, paid, last, last + second)
    ]
    assert answers == [False, True, True, True, False]
    assert claim_expires_at(RECEIPT.minutes, 30) == last


def test_online_sequences_are_those_no_till_counts_to() -> None:
    assert online_sequence(5) == 0x8000_0005
    assert is_online_sequence(online_sequence(0))
    assert not is_online_sequence(0x7FFF_FFFF)


def test_a_token_is_found_bare_in_a_link_and_in_a_scene() -> None:
    unverified = read_token(TOKEN)
    assert token_in(TOKEN, link_base=LINK_BASE) == FoundToken("bare", unverified)
    assert token_in(LINK_BASE + TOKEN, link_base=LINK_BASE) == FoundToken("link", unverified)
    scene = token_in(TOKEN, link_base=LINK_BASE, is_scene=True)
    assert scene == FoundToken("scene", unverified)


@pytest.mark.parametrize(
    "rest", ["", "x", TOKEN[:-1], TOKEN + "/", TOKEN + "?a=1", TOKEN + " 你好"]
)
def test_a_damaged_token_in_our_link_is_told_from_an_unknown_text(rest: str) -> None:
    assert token_in(LINK_BASE + rest, link_base=LINK_BASE) == FoundToken("link", None)


@pytest.mark.parametrize(
    "text", ["积分", TOKEN[:-1], TOKEN + "A", "https://other.example/r/" + TOKEN, f"看 {TOKEN}"]
)
def test_a_typed_text_that_is_not_just_a_token_is_about_something_else(text: str) -> None:
    assert token_in(text, link_base=LINK_BASE) is None


def test_a_long_scene_can_only_be_a_token_and_a_short_one_is_another_kind() -> None:
    assert token_in(TOKEN[:-1], link_base=LINK_BASE, is_scene=True) == FoundToken("scene", None)
    assert token_in("store-cd01", link_base=LINK_BASE, is_scene=True) is None


def test_every_refused_receipt_reads_alike_and_only_the_second_person_learns_more() -> None:
    assert ReceiptRefused.wording == TooManyReceiptTries.wording
    assert (ReceiptRefused().code, TooManyReceiptTries().code) == ("not_found", "rate_limited")
    assert ReceiptClaimed().code == "conflict"
