"""Member numbers (会员号): short digits a member can read out; not secret, never reused.

"8", the member's place in the order of joining with at least six digits, and a check digit. The
leading 8 keeps them apart from member codes (66…) and from mobile numbers (1…).
"""

import re
import unicodedata

FIRST_DIGIT = "8"
MEMBER_NUMBER = re.compile(FIRST_DIGIT + r"(?:[0-9]{6}|[1-9][0-9]{6,9})[0-9]")
MAXIMUM_SEQUENCE = 10**10 - 1  # at most twelve digits, so never as long as a member code

# Damm's table: a check digit that catches every wrong digit and every swap of neighbours.
DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def member_number(sequence: int) -> str:
    assert 1 <= sequence <= MAXIMUM_SEQUENCE, sequence
    digits = f"{FIRST_DIGIT}{sequence:06d}"
    return f"{digits}{_damm(digits)}"


def read_member_number(text: str) -> str | None:
    """The number as it was given out, from however it was typed; None if it cannot be one."""
    number = unicodedata.normalize("NFKC", text).replace(" ", "").replace("-", "")
    if MEMBER_NUMBER.fullmatch(number) is None or _damm(number) != 0:
        return None
    return number


def _damm(digits: str) -> int:
    check = 0
    for digit in digits:
        check = DAMM[check][int(digit)]
    return check
