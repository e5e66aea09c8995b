"""Tickets (工单): what somebody asks of people: kinds, states, which step leads where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from loyalty.refusals import Refusal

LONGEST_TEXT = 1000
LONGEST_NUMBER = 12


class TicketKind(StrEnum):
    FEEDBACK = "feedback"
    COMPLAINT = "complaint"
    HUMAN = "human"
    SUGGESTION = "suggestion"
    RECEIPT = "receipt"
    CLOSING = "closing"
    DATA = "data"


class TicketState(StrEnum):
    NEW = "new"
    TAKEN = "taken"
    # For the member's answer.
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


class TicketStep(StrEnum):
    OPEN = "open"
    TAKE = "take"
    REPLY = "reply"
    ASK = "ask"
    NOTE = "note"
    HAND_OVER = "hand_over"
    NAME = "name"
    REMEDY = "remedy"
    RESOLVE = "resolve"
    # By the member: more to say, a rating, and again from the start.
    ADD = "add"
    RATE = "rate"
    REOPEN = "reopen"


NEW, TAKEN, WAITING = TicketState.NEW, TicketState.TAKEN, TicketState.WAITING
RESOLVED, CLOSED = TicketState.RESOLVED, TicketState.CLOSED
UNFINISHED = (NEW, TAKEN, WAITING)
STAYS = {state: state for state in TicketState}
# From which states a step may be taken, and where it leads.
AFTER: Mapping[TicketStep, Mapping[TicketState, TicketState]] = {
    TicketStep.TAKE: {NEW: TAKEN, TAKEN: TAKEN, WAITING: WAITING},
    TicketStep.REPLY: {NEW: TAKEN, TAKEN: TAKEN, WAITING: WAITING},
    TicketStep.ASK: {NEW: WAITING, TAKEN: WAITING, WAITING: WAITING},
    TicketStep.NOTE: STAYS,
    TicketStep.HAND_OVER: {NEW: TAKEN, TAKEN: TAKEN, WAITING: WAITING},
    TicketStep.NAME: STAYS,
    TicketStep.REMEDY: STAYS,
    TicketStep.RESOLVE: {NEW: RESOLVED, TAKEN: RESOLVED, WAITING: RESOLVED},
    TicketStep.ADD: {NEW: NEW, TAKEN: TAKEN, WAITING: TAKEN},
    TicketStep.RATE: {RESOLVED: CLOSED, CLOSED: CLOSED},
    TicketStep.REOPEN: {RESOLVED: TAKEN, CLOSED: TAKEN},
}


class TicketUnknown(Refusal):
    """No ticket of this number, or none that this person may see: both read the same."""

    wording = "tickets/unknown"


class StepNotNow(Refusal):
    """The ticket is in a state from which this step does not lead anywhere."""

    wording = "tickets/not_now"


@dataclass(frozen=True, slots=True)
class Ticket:
    """`member_id` is None for who is no member, and for everybody who wants to stay unnamed.

    What somebody asked who has left since (`asker_left`) is nobody's own any more.
    """

    id: int
    kind: TicketKind
    state: TicketState
    follower_id: int
    member_id: int | None
    store_id: int | None
    is_anonymous: bool
    owner_staff_id: int | None
    tier_rank: int
    promise_at: datetime
    due_at: datetime | None
    first_reply_at: datetime | None
    resolved_at: datetime | None
    rating: int | None
    reopened: int
    created_at: datetime
    asker_left: bool

    @property
    def has_ended(self) -> bool:
        return self.state not in UNFINISHED

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now


def read_ticket_number(text: str) -> int:
    """As people type it. Raises TicketUnknown for what is no number."""
    if not (text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise TicketUnknown
    return int(text)
