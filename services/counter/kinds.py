"""Kinds of counter actions (柜台操作): how one is proposed, done and undone."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loyalty.confirmations import Confirmed, Proposal
from loyalty.people import mask_numbers
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right
from services.shop import Shop

LONGEST_REASON = 40


class ReasonTooLong(Refusal):
    wording = "staff/reason_too_long"


class CannotUndo(Refusal):
    """The money has left the house, or a refund has undone it already."""

    wording = "staff/cannot_undo"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody typed behind a staff word."""

    person: Person
    arguments: tuple[str, ...]
    key: str

    def argument(self, place: int) -> str:
        """Empty where nothing was typed."""
        return self.arguments[place] if place < len(self.arguments) else ""


@dataclass(frozen=True, slots=True)
class Done:
    """What staff are told, what the member is told, and the `facts` that undoing it needs."""

    text: str
    member_id: int | None = None
    member_text: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    # The text of a QR picture for the member to scan.
    qr: str = ""
    # The answer ends with an invitation's code, which is made of the confirmation's number.
    invites: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """Something done before, to be undone: what was confirmed with the facts of its doing."""

    facts: Mapping[str, Any]
    member_id: int | None


@dataclass(frozen=True, slots=True)
class Kind:
    """All three are helpers for use cases; without `undo` a thing cannot be undone by chat."""

    right: Right
    propose: Callable[[Shop, Request], Awaitable[Proposal]]
    perform: Callable[[Shop, Confirmed], Awaitable[Done]]
    undo: Callable[[Shop, Confirmed, Action], Awaitable[Done]] | None = None
    # What a second person needs, where it is another right than that of whoever asks.
    second_right: Right | None = None

    def right_to_confirm(self, *, by_another: bool) -> Right:
        return self.second_right or self.right if by_another else self.right


def read_reason(text: str) -> str:
    """Why something is done, in the words of whoever does it. Raises ReasonTooLong.

    Some reasons are kept in clear for ever: phone and identity numbers are taken out.
    """
    reason = " ".join(text.split())
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong(longest=LONGEST_REASON)
    return mask_numbers(reason)
