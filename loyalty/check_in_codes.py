"""Check-in codes (签到码): digits on a screen at the door, others in each minute.

A code is "77" and six digits: keyed to activity and step, good in its step and one more. Whoever
guesses has two of a million for each activity that is going on, and few tries.
"""

import hmac
import re
import struct
from collections.abc import Iterable

from loyalty.member_codes import STEP_SECONDS, STEPS_ACCEPTED, step_at

__all__ = ["STEP_SECONDS", "activity_of_code", "check_in_code", "looks_like_check_in", "step_at"]

PREFIX = "77"
DIGITS = 6
CHECK_IN_CODE = re.compile(PREFIX + rf"[0-9]{{{DIGITS}}}")


def check_in_code(key: bytes, activity_id: int, *, step: int) -> str:
    message = b"check-in:" + struct.pack(">QQ", activity_id, step)
    number = int.from_bytes(hmac.digest(key, message, "sha256")[:8], "big") % 10**DIGITS
    return f"{PREFIX}{number:0{DIGITS}d}"


def looks_like_check_in(text: str) -> bool:
    return CHECK_IN_CODE.fullmatch(text) is not None


def activity_of_code(key: bytes, code: str, activities: Iterable[int], *, step: int) -> int | None:
    """Which of these activities shows this code; None for none, and for a code of two."""
    found = {
        activity_id
        for activity_id in activities
        for made_in in range(step, step - STEPS_ACCEPTED, -1)
        if hmac.compare_digest(check_in_code(key, activity_id, step=made_in), code)
    }
    return found.pop() if len(found) == 1 else None
