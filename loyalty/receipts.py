"""Receipt tokens (小票码): a purchase signed by its till, small enough for any QR code.

A till makes a token alone, without a network. 32 bytes, big-endian, as 43 characters base64url:
type 1, key epoch 1, till 3, sequence 4, minutes since 2020 3, fen 4, and 16 bytes of HMAC-SHA-256.
Reading a token proves nothing; only `check_receipt` with the till's key does.
"""

import base64
import hmac
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from loyalty.refusals import Refusal

RECEIPT_TYPE = 0x11
MAC_LENGTH = 16
ONLINE_BIT = 1 << 31  # tills count below it, so the two kinds of sequence never meet
LIMITS = {
    "epoch": 1 << 8,
    "till_no": 1 << 24,
    "sequence": 1 << 32,
    "minutes": 1 << 24,
    "amount_fen": 1 << 32,
}

MINUTES_START = datetime(2020, 1, 1, tzinfo=UTC)
CLOCK_TOLERANCE = timedelta(minutes=5)  # a till's clock may run ahead of ours by this much

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# Scenes of every other kind stay within 32 characters, the limit of mini-program codes.
LONGEST_OTHER_SCENE = 32

NO_KEY = bytes(32)


class ReceiptRefused(Refusal):
    """Forged, damaged, foreign, expired or revoked: one answer, so that trying teaches nothing."""

    wording = "claims/refused"
    status = 404


class TooManyReceiptTries(ReceiptRefused):
    """The same text as any refused receipt; only a link's status tells the limit."""

    status = 429


class ReceiptClaimed(Refusal):
    """Another person was first."""

    wording = "claims/taken"
    status = 409


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a token says about a purchase."""

    epoch: int
    till_no: int
    sequence: int
    minutes: int
    amount_fen: int

    def __post_init__(self) -> None:
        for name, limit in LIMITS.items():
            if not 0 <= getattr(self, name) < limit:
                raise ValueError(f"{name} does not fit a receipt token: {getattr(self, name)}")

    def to_bytes(self) -> bytes:
        return (
            bytes((RECEIPT_TYPE, self.epoch))
            + self.till_no.to_bytes(3, "big")
            + self.sequence.to_bytes(4, "big")
            + self.minutes.to_bytes(3, "big")
            + self.amount_fen.to_bytes(4, "big")
        )


@dataclass(frozen=True, slots=True)
class UnverifiedReceipt:
    """A token's words and its signature, which nobody has checked yet."""

    receipt: Receipt
    mac: bytes


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A token, or the place where one should be: without a receipt it is damaged."""

    origin: Literal["bare", "link", "scene"]
    receipt: UnverifiedReceipt | None


def sign_receipt(receipt: Receipt, key: bytes, *, brand: str, environment: str) -> str:
    body = receipt.to_bytes()
    return _base64url(body + _mac(body, key, brand=brand, environment=environment))


def read_token(text: str) -> UnverifiedReceipt | None:
    """Only the canonical spelling is a token, or one receipt would have several."""
    if TOKEN.fullmatch(text) is None:
        return None
    raw = base64.urlsafe_b64decode(text + "=")
    # The last character carries two bits that no byte uses; decoders ignore them, we do not.
    if raw[0] != RECEIPT_TYPE or _base64url(raw) != text:
        return None
    epoch, till_high, till_low, sequence, minutes_high, minutes_low, amount_fen = struct.unpack(
        ">xBBHIBHI", raw[:-MAC_LENGTH]
    )
    receipt = Receipt(
        epoch, till_high << 16 | till_low, sequence, minutes_high << 16 | minutes_low, amount_fen
    )
    return UnverifiedReceipt(receipt, raw[-MAC_LENGTH:])


def check_receipt(
    unverified: UnverifiedReceipt, key: bytes | None, *, brand: str, environment: str
) -> bool:
    """Whether the till's key signed it. An unknown till (no key) takes as long as a forgery."""
    body = unverified.receipt.to_bytes()
    mac = _mac(body, NO_KEY if key is None else key, brand=brand, environment=environment)
    return hmac.compare_digest(mac, unverified.mac) and key is not None


def token_in(text: str, *, link_base: str, is_scene: bool = False) -> FoundToken | None:
    """Find the token a person sent or scanned; None where the text is about something else.

    `link_base` is everything of a claim link before the token and ends in "/r/".
    """
    if text.startswith(link_base):
        return FoundToken("link", read_token(text.removeprefix(link_base)))
    unverified = read_token(text)
    if unverified is not None:
        return FoundToken("scene" if is_scene else "bare", unverified)
    if is_scene and len(text) > LONGEST_OTHER_SCENE:
        return FoundToken("scene", None)
    return None


def minutes_at(instant: datetime) -> int:
    return (instant - MINUTES_START) // timedelta(minutes=1)


def paid_at(minutes: int) -> datetime:
    return MINUTES_START + timedelta(minutes=minutes)


def claim_expires_at(minutes: int, claim_days: int) -> datetime:
    return paid_at(minutes) + timedelta(days=claim_days)


def is_claimable(minutes: int, now: datetime, *, until: datetime) -> bool:
    """Neither from the future nor too old."""
    return paid_at(minutes) - CLOCK_TOLERANCE <= now <= until


def online_sequence(number: int) -> int:
    """The sequence of a purchase that a till reported without a sequence of its own."""
    assert 0 <= number < ONLINE_BIT, number
    return ONLINE_BIT | number


def is_online_sequence(sequence: int) -> bool:
    return sequence >= ONLINE_BIT


def _mac(body: bytes, key: bytes, *, brand: str, environment: str) -> bytes:
    # Purpose, brand and environment come first: a code of another kind, shop or test system fails.
    message = f"receipt:{brand}:{environment}:".encode() + body
    return hmac.digest(key, message, "sha256")[:MAC_LENGTH]


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
