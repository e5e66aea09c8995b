"""Member codes (会员码): 18 digits that tell a till who is paying, good for about a minute.

A code is "66" and 16 digits: a keyed permutation of 10^16 numbers, another one in every step of
60 seconds. Nothing is stored to read it back. The number inside is

    handle (2 x 10^8 members) x uses in this step (20)  =  4 x 10^9 numbers of 10^16,

so what is left, 1 in 2.5 million, is the authenticator: a made-up code, tried in the present and
the previous step, is some member's with a chance of 2 / 2,500,000 = 8 x 10^-7 at most. Without
the key the permutation looks random: two codes of one member cannot be told from two of anybody.
Each use raises the counter, so the next code of the same minute is already another one.

The permutation is a balanced Feistel network of two halves of eight decimal digits, ten rounds,
each adding HMAC-SHA-256 of step, round and half.
"""

import hmac
import re
import struct
from dataclasses import dataclass

from loyalty.refusals import Refusal

STEP_SECONDS = 60
STEPS_ACCEPTED = 2  # the present one, and one more for the walk from screen to scanner
HANDLES = 200_000_000
USES_PER_STEP = 20

ROUNDS = 10
HALF = 10**8
PREFIX = "66"
MEMBER_CODE = re.compile(PREFIX + r"[0-9]{16}")


class MemberCodeUnknown(Refusal):
    """No code of ours, or too old."""

    wording = "member_code/unknown"
    status = 404


class MemberCodeUsed(Refusal):
    """A good code that already belongs to another receipt."""

    wording = "member_code/used"
    status = 410


class TooManyMemberCodes(Refusal):
    """All codes of this minute are used up."""

    wording = "member_code/wait"
    status = 429


@dataclass(frozen=True, slots=True)
class MemberCodeReading:
    """What a good code says; whether it was used before is for the caller to know."""

    handle: int
    uses: int
    step: int


def step_at(unix_seconds: int) -> int:
    return unix_seconds // STEP_SECONDS


def show_member_code(key: bytes, handle: int, *, step: int, uses: int = 0) -> str:
    assert 0 <= handle < HANDLES, handle
    if uses >= USES_PER_STEP:
        raise TooManyMemberCodes(seconds=STEP_SECONDS)
    return f"{PREFIX}{_permute(key, step, handle * USES_PER_STEP + uses):016d}"


def read_member_code(key: bytes, code: str, step: int) -> MemberCodeReading | None:
    """Whose code it is, if it was made in this step or the one before.

    A code that fits two members, one in each step, is nobody's: better shown again than mistaken.
    """
    if not looks_like_member_code(code):
        return None
    readings = []
    for made_in in range(step, step - STEPS_ACCEPTED, -1):
        handle, uses = divmod(_unpermute(key, made_in, int(code[2:])), USES_PER_STEP)
        if handle < HANDLES:
            readings.append(MemberCodeReading(handle, uses, made_in))
    return readings[0] if len(readings) == 1 else None


def looks_like_member_code(text: str) -> bool:
    return MEMBER_CODE.fullmatch(text) is not None


def _permute(key: bytes, step: int, number: int) -> int:
    left, right = divmod(number, HALF)
    for round_no in range(ROUNDS):
        left, right = right, (left + _noise(key, step, round_no, right)) % HALF
    return left * HALF + right


def _unpermute(key: bytes, step: int, number: int) -> int:
    left, right = divmod(number, HALF)
    for round_no in reversed(range(ROUNDS)):
        left, right = (right - _noise(key, step, round_no, left)) % HALF, left
    return left * HALF + right


def _noise(key: bytes, step: int, round_no: int, half: int) -> int:
    # 16 bytes modulo 10^8: the bias is below 2^-100.
    message = b"member-code:" + struct.pack(">QBI", step, round_no, half)
    return int.from_bytes(hmac.digest(key, message, "sha256")[:16], "big")
