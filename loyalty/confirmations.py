"""Confirmations (确认): a summary, the code that says yes to it, and what comes of typing one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from loyalty.refusals import Refusal

OWN_LIFE = timedelta(seconds=60)
ANOTHER_LIFE = timedelta(minutes=30)
TRIES = 5


class ConfirmationUnknown(Refusal):
    """Nothing of this person's waits for this code."""

    wording = "staff/code_unknown"
    audited_as = "refused.code"


class ConfirmationWrong(Refusal):
    """Not the code that was shown; some tries are left."""

    wording = "staff/code_wrong"
    audited_as = "refused.code"


class ConfirmationDead(Refusal):
    """The fifth wrong code: it has to be asked for anew."""

    wording = "staff/code_dead"
    audited_as = "refused.code"


class AnotherPersonNeeded(Refusal):
    """Whoever asked cannot be the second person as well."""

    wording = "staff/another_person"
    audited_as = "refused.confirm"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be done, for the program and for people."""

    content: Mapping[str, Any]
    summary: str
    by_another: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person reads: the summary and how to say yes."""

    summary: str
    code: str
    by_another: bool
    life: timedelta


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to a code, kept with it; `qr` is the text of a picture that goes with it.

    `invitation`: the number an invitation's code is made of, which is kept nowhere.
    """

    text: str
    qr: str = ""
    invitation: int = 0


def members_named(content: Mapping[str, Any]) -> list[int]:
    """The members whom something is about, by their ids."""
    names = ("member_id", "merged_id")
    return [content[name] for name in names if content.get(name) is not None]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What is to be done now; staff number, role and where are those of whoever asked."""

    id: int
    word: str
    content: dict[str, Any]
    follower_id: int
    by_another: bool
    staff_id: int
    role: str
    store_id: int | None
    region_id: int | None = None

    @property
    def reference(self) -> str:
        """The receipt or top-up number of what is done at the counter."""
        return f"chat-{self.id}"

    @property
    def key(self) -> str:
        return f"counter:{self.id}"

    @property
    def actor(self) -> str:
        return f"staff:{self.staff_id}"


@dataclass(frozen=True, slots=True)
class WrongCode:
    """A value and no refusal: the try that was counted must be kept."""

    tries_left: int | None

    def refusal(self) -> Refusal:
        if self.tries_left is None:
            return ConfirmationUnknown()
        return ConfirmationWrong(left=self.tries_left) if self.tries_left else ConfirmationDead()
