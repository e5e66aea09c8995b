"""What the send gate (发送闸) reads and answers: a message, the facts of a person, a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from loyalty.caps import Left
from loyalty.contacts import Contact, ContactKind
from loyalty.messages import Channel, MessageClass
from loyalty.people import Purpose

# A member by number, or a follower who is none.
Who = tuple[str, int]


class Held(StrEnum):
    """Why something does not leave, or not yet: all that outbox.reason says of what is suppressed.

    The gate answers most of them; the last three are written by whoever ends what waits.
    """

    NO_CONSENT = "no_consent"
    TOPIC_OFF = "topic_off"
    PAUSED_BY_MEMBER = "paused_by_member"
    CAP = "cap"
    QUIET_HOURS = "quiet_hours"
    COMPLAINT = "complaint"
    NO_CHANNEL = "no_channel"
    NO_ACCOUNT = "no_account"
    TOO_LATE = "too_late"
    LEFT = "left"
    CANCELLED = "cancelled"
    MONTHLY_QUOTA = "monthly_quota"
    MASS_NEEDS_TWO = "mass_needs_two"
    DROPPED = "dropped"
    STOPPED = "stopped"
    CAMPAIGN_OVER = "campaign_over"
    DAY_OVER = "day_over"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Form:
    """A platform-approved form that this message fits into, at one account.

    `template_id` as subscriptions are held by it: see loyalty.subscriptions.
    """

    account: str
    channel: Channel
    template_id: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that wants to leave. Larger priorities go first, then what is useless sooner.

    `account` and `openid`: where it is addressed by itself, as replies are. An errand is no
    message to anybody: the platform is asked something, or an SMS is sent. After `fresh_until` it
    is only said at the next contact.
    """

    id: int
    member_id: int | None
    follower_id: int | None
    message_class: MessageClass
    topic: str | None = None
    campaign: str | None = None
    channels: frozenset[Channel] = frozenset({Channel.SERVICE})
    useless_after: datetime | None = None
    fresh_until: datetime | None = None
    priority: int = 0
    forms: tuple[Form, ...] = ()
    account: str = ""
    openid: str = ""
    is_errand: bool = False

    @property
    def who(self) -> Who | None:
        if self.member_id is not None:
            return ("member", self.member_id)
        return None if self.follower_id is None else ("follower", self.follower_id)

    @property
    def may_be_refused(self) -> bool:
        """Whether a word of the person holds it back: what is offered, and reminders of a topic."""
        if self.message_class is MessageClass.SERVICE:
            return self.topic is not None
        return self.message_class.is_marketing


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """A person at one account: `kind` is service, subscription or mini."""

    follower_id: int
    account: str
    openid: str
    kind: str
    follows: bool
    contacts: tuple[Contact, ...] = ()
    # One-time subscriptions by channel and template.
    held: Mapping[tuple[Channel, str], int] = field(default_factory=dict)
    mass_this_month: int = 0

    @property
    def is_reachable(self) -> bool:
        """Nobody follows a mini-program; whether its chat is open, a contact tells."""
        return self.follows or self.kind == "mini"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """`consents` holds the newest word on each purpose; `left` the last 30 days of all accounts."""

    consents: Mapping[Purpose, bool] = field(default_factory=dict)
    topics_off: frozenset[str] = frozenset()
    weekly: int | None = None
    paused_until: date | None = None
    complaint_open: bool = False
    accounts: tuple[AccountFacts, ...] = ()
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Go:
    """It may leave now, this way; `contact` or `template_id` is what that spends."""

    channel: Channel
    follower_id: int | None
    account: str
    openid: str
    contact: ContactKind | None = None
    template_id: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again then."""

    until: datetime
    reason: Held


@dataclass(frozen=True, slots=True)
class Drop:
    """It will not leave."""

    reason: Held


Verdict = Go | Wait | Drop
