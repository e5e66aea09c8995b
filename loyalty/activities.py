"""Activities (活动): when one is open, what a sign-up is told, what coming is worth."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from loyalty.refusals import Refusal
from loyalty.shop_file.parts import ShopTerms

# Doors open so long before the start.
CHECK_IN_BEFORE = timedelta(hours=1)
# And stay open so long: then whoever has not come has missed it.
CHECK_IN_AFTER = timedelta(hours=1)
REMIND_HOURS = 24


class SignupState(StrEnum):
    SEATED = "seated"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    NO_SHOW = "no_show"


# Whoever is meant to come: hears of changes, and stands on the list.
COMING = frozenset({SignupState.SEATED, SignupState.WAITING})
# Where one person had two places, the better one stays.
BETTER_FIRST = tuple(map(SignupState, ("attended", "seated", "waiting", "no_show", "cancelled")))


class ActivityUnknown(Refusal):
    """No such number, or nothing this person may know of."""

    wording = "activities/unknown"


class ActivityOver(Refusal):
    """Signing up has ended."""

    wording = "activities/over"


class ActivityCancelled(Refusal):
    wording = "activities/is_cancelled"


class ActivityFull(Refusal):
    """No seat and no waiting list."""

    wording = "activities/full"


class NotSignedUp(Refusal):
    wording = "activities/not_signed_up"


class NotOpenYet(Refusal):
    """Too early or too late to check in."""

    wording = "activities/not_open"


class CheckInUnknown(Refusal):
    """No code of this minute."""

    wording = "activities/code_unknown"


class NoSeatAtDoor(Refusal):
    wording = "activities/no_seat_at_door"


class NotToBeScored(Refusal):
    """Only who was there is asked."""

    wording = "activities/not_to_be_scored"


@dataclass(frozen=True, slots=True)
class ActivityTerms(ShopTerms):
    """An activity as the shop file has it; times are the shop's own.

    `surprise`: nobody knows of it before it starts. `notice`: its audience is told of it.
    """

    code: str
    name: str
    starts: datetime
    until: datetime
    place: str
    stores: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    seats: int | None = None
    waiting_list: bool = True
    signup_until: datetime | None = None
    audience: str | None = None
    points: int | None = None
    coupon: str | None = None
    remind_hours: int = REMIND_HOURS
    notice: bool = True
    surprise: bool = False
    survey: bool = True
    text: str | None = None

    @property
    def last_signup(self) -> datetime:
        """Until it starts; of a surprise, which begins unannounced, until it ends."""
        return self.signup_until or (self.until if self.surprise else self.starts)


def can_check_in(now: datetime, starts_at: datetime, ends_at: datetime) -> bool:
    return starts_at - CHECK_IN_BEFORE <= now <= ends_at + CHECK_IN_AFTER


def better_of(mine: str, other: str) -> str:
    """Of two places of one person."""
    return min(SignupState(mine), SignupState(other), key=BETTER_FIRST.index)
