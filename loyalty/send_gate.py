"""The send gate (发送闸): whether a message may leave now, by which way, else when, or never.

Nothing else decides it. Replies and what is owed pass; service waits for the day; care and
promotion need leave, room under the caps, the hour, and a way that is open to them.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from loyalty.caps import Left, free_from
from loyalty.message_terms import MessageTerms
from loyalty.messages import Channel, MessageClass
from loyalty.people import Purpose
from loyalty.quiet_hours import SHOP_ZONE, first_open, quiet_action
from loyalty.send_channels import Spent, choose_channel
from loyalty.send_gate_values import (
    AccountFacts,
    Drop,
    Form,
    Go,
    Held,
    Outgoing,
    PersonFacts,
    Verdict,
    Wait,
    Who,
)

__all__ = [
    "AccountFacts",
    "Drop",
    "Form",
    "Go",
    "Held",
    "Outgoing",
    "PersonFacts",
    "Verdict",
    "Wait",
    "Who",
    "judge_all",
]

NOBODY = PersonFacts()
NEVER = datetime.max.replace(tzinfo=UTC)


def judge_all(
    outgoing: Iterable[Outgoing],
    facts: Mapping[Who, PersonFacts],
    *,
    now: datetime,
    terms: MessageTerms,
    closed: Mapping[str, Held] | None = None,
    rehearses: bool = False,
) -> dict[int, Verdict]:
    """By the message's id. What goes counts for those after it in the same batch.

    `closed`: campaigns that say nothing any more, and why. In a rehearsal whatever has no way now
    is told as that, however long it would wait.
    """
    bench = _Bench(now, terms, closed or {}, rehearses)
    return {message.id: bench.judge(message, facts) for message in sorted(outgoing, key=_turn)}


def _turn(message: Outgoing) -> tuple[int, int, datetime, int]:
    """What is owed first, then by priority, then what is useless soonest (field-rules D9)."""
    deadline = message.useless_after or NEVER
    return message.message_class.lane, -message.priority, deadline, message.id


class _Bench:
    """Judges one message after the other; remembers what those before it use up."""

    def __init__(
        self, now: datetime, terms: MessageTerms, closed: Mapping[str, Held], rehearses: bool
    ) -> None:
        self._now = now
        self._terms = terms
        self._closed = closed
        self._rehearses = rehearses
        self._spent = Spent()
        self._left: dict[Who, list[Left]] = {}

    def judge(self, message: Outgoing, facts: Mapping[Who, PersonFacts]) -> Verdict:
        who = message.who
        person = NOBODY if who is None else facts.get(who, NOBODY)
        left = [] if who is None else self._left.setdefault(who, list(person.left))
        verdict = self._verdict(message, person, left)
        if isinstance(verdict, Go):
            self._spent.take(verdict)
            left.append((message.message_class, self._now))
        return verdict

    def _verdict(self, message: Outgoing, person: PersonFacts, left: list[Left]) -> Verdict:
        if message.useless_after is not None and self._now > message.useless_after:
            return Drop(Held.TOO_LATE)
        if (over := self._closed.get(message.campaign or "")) is not None:
            return Drop(over)
        if message.is_errand:
            return _as_addressed(message)
        if (refused := _without_leave(message, person, self._now)) is not None:
            return Drop(refused)
        later = self._not_now(message, person, left)
        if later is not None and not self._rehearses:
            return later
        way = self._way(message, person)
        return way if later is None or isinstance(way, Drop) else later

    def _way(self, message: Outgoing, person: PersonFacts) -> Go | Drop:
        addressed = bool(message.openid) and not message.message_class.is_marketing
        if addressed and not person.accounts:
            return _as_addressed(message)
        way = choose_channel(message, person, self._spent, now=self._now, terms=self._terms)
        return way if isinstance(way, Go) else Drop(way)

    def _not_now(
        self, message: Outgoing, person: PersonFacts, left: list[Left]
    ) -> Wait | Drop | None:
        """The first moment at which neither a cap nor the hour stands against it.

        A greeting does not wait for another day (field-rules D6).
        """
        now, terms, kind = self._now, self._terms, message.message_class
        free_at = free_from(kind, left, now=now, terms=terms, weekly=person.weekly)
        if free_at is None:
            return Drop(Held.CAP)
        until = first_open(free_at, kind, terms)
        if message.fresh_until is not None and until > message.fresh_until:
            return Drop(Held.DAY_OVER)
        if until == now:
            return None
        why = Held.CAP if free_at > now else Held.QUIET_HOURS
        if why is Held.QUIET_HOURS and quiet_action(kind, terms) == "drop":
            return Drop(Held.QUIET_HOURS)
        if message.useless_after is not None and until > message.useless_after:
            return Drop(Held.CAP if why is Held.CAP else Held.TOO_LATE)
        return Wait(until, why)


def _as_addressed(message: Outgoing) -> Go:
    return Go(Channel.SERVICE, message.follower_id, message.account, message.openid)


def _without_leave(message: Outgoing, person: PersonFacts, now: datetime) -> Held | None:
    """What a person has said no to, or of what is offered never yes."""
    if not message.message_class.is_marketing:
        return _without_reminders(message, person)
    if not _has_leave(message, person):
        return Held.NO_CONSENT
    if message.topic in person.topics_off:
        return Held.TOPIC_OFF
    if person.paused_until is not None and now.astimezone(SHOP_ZONE).date() < person.paused_until:
        return Held.PAUSED_BY_MEMBER
    return Held.COMPLAINT if person.complaint_open else None


def _without_reminders(message: Outgoing, person: PersonFacts) -> Held | None:
    """Service about a topic (到期提醒、等级提醒) ends with the topic, and with 退订 as it says."""
    if not message.may_be_refused:
        return None
    if message.topic in person.topics_off:
        return Held.TOPIC_OFF
    return None if person.consents.get(Purpose.CARE, True) else Held.NO_CONSENT


def _has_leave(message: Outgoing, person: PersonFacts) -> bool:
    """Promotion needs a yes; care goes on until somebody says no. Both are for members."""
    if message.member_id is None:
        return False
    if message.message_class is MessageClass.CARE:
        return person.consents.get(Purpose.CARE, True)
    return person.consents.get(Purpose.MARKETING, False)
