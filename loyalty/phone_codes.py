"""Phone codes (短信验证码): how long they live, how many there may be, and what comes of them.

Six digits can be guessed, so there are five tries, and a number hears of few codes (B63).
"""

import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from loyalty.refusals import Refusal

DIGITS = 6
LIFE = timedelta(minutes=5)
CHOICE_LIFE = timedelta(minutes=30)
TRIES = 5
PAUSE = timedelta(seconds=60)
MOST_IN_AN_HOUR, MOST_IN_A_DAY = 5, 10
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class NoPhoneCode(Refusal):
    """No code waits for an answer, or it is too late for it."""

    wording = "phone/no_code"
    status = 409


class PhoneCodeWrong(Refusal):
    """Not the code that was sent; some tries are left."""

    wording = "phone/code_wrong"


class PhoneCodeDead(Refusal):
    """The fifth wrong code: it has to be asked for anew."""

    wording = "phone/code_dead"


class NothingToChoose(Refusal):
    """No number that is another member's too has just been proven."""

    wording = "phone/nothing_to_choose"
    status = 409


@dataclass(frozen=True, slots=True)
class WrongPhoneCode:
    """A value and no refusal: the try that was counted must be kept."""

    tries_left: int | None

    def refusal(self) -> Refusal:
        if self.tries_left is None:
            return NoPhoneCode()
        return PhoneCodeWrong(left=self.tries_left) if self.tries_left else PhoneCodeDead()


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a proof; of the number only the mask. `held`: another member has it, too.

    The figures are what a membership known by this number alone brought along.
    """

    state: Literal["verified", "held"]
    phone: str
    members: int = 0
    points: int = 0
    stored_fen: int = 0

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def code_from(secret: bytes) -> str:
    """Six digits from bytes nobody else can reckon."""
    return f"{int.from_bytes(secret[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


def may_send(newest_at: datetime | None, in_an_hour: int, in_a_day: int, *, now: datetime) -> bool:
    """Whether one number, or one member, may be sent one more."""
    if newest_at is not None and now - newest_at < PAUSE:
        return False
    return in_an_hour < MOST_IN_AN_HOUR and in_a_day < MOST_IN_A_DAY
