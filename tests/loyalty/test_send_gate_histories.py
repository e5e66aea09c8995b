"""Random lives (随机经历): no marketing ever leaves against class, consent, cap or hours.

The rules are written down here once more, in another way, and hold for everything that went.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as some

from loyalty.contacts import Contact, ContactKind, contact_made
from loyalty.message_terms import MessageTerms, QuietTerms
from loyalty.messages import Channel, MessageClass
from loyalty.people import Purpose
from loyalty.send_gate import AccountFacts, Form, Go, Outgoing, PersonFacts, Wait, judge_all
from tests.loyalty.sending import CARE, LI, NOON, PROMOTION

TOPICS = ("offers", "activities", "care")
FORMS = (
    Form("main", Channel.TEMPLATE, "T"),
    Form("main", Channel.SUBSCRIPTION, "S"),
    Form("main", Channel.ONE_TIME, "O#1"),
    Form("mini", Channel.MINI, "M"),
)
SHANGHAI = ZoneInfo("Asia/Shanghai")
TERMS = some.builds(
    MessageTerms,
    quiet_from=some.sampled_from(("21:00", "00:30", "13:00")),
    quiet_until=some.sampled_from(("09:00", "14:00")),
    quiet=some.builds(
        QuietTerms, care=some.sampled_from(("defer", "drop")), promotion=some.just("defer")
    ),
    holidays=some.sets(some.integers(0, 20).map(lambda day: date(2027, 1, 11) + timedelta(day)))
    .map(sorted)
    .map(tuple),
    promotion_per_7d=some.integers(1, 3) | some.just(0),
    promotion_per_30d=some.integers(2, 5),
    care_per_7d=some.integers(1, 3) | some.just(0),
    mass_per_month=some.integers(0, 4),
)
MESSAGE = some.fixed_dictionaries(
    {
        "message_class": some.sampled_from((*[CARE, PROMOTION] * 3, *MessageClass)),
        "topic": some.sampled_from((*TOPICS, None)),
        "channels": some.just(frozenset(Channel))
        | some.sets(some.sampled_from(list(Channel))).map(frozenset),
        "priority": some.integers(0, 2),
        "hours": some.sampled_from((None, None, None, 0, 5, 48, 200)),
        "follower_id": some.sampled_from((70, 71, None)),
    }
)
ASKED = some.sampled_from((Purpose.MARKETING, Purpose.CARE))
SENT = some.lists(MESSAGE, min_size=1, max_size=6)
EVENTS = some.one_of(
    some.tuples(some.just("wait"), some.integers(1, 200)),
    some.tuples(some.just("contact"), some.sampled_from(list(ContactKind))),
    some.tuples(some.just("hold"), some.sampled_from(FORMS[1:])),
    some.tuples(some.just("consent"), some.tuples(ASKED, some.booleans())),
    some.tuples(some.just("topics"), some.sets(some.sampled_from(TOPICS)).map(frozenset)),
    some.tuples(some.just("weekly"), some.none() | some.integers(0, 2)),
    some.tuples(some.just("pause"), some.none() | some.integers(0, 40)),
    some.tuples(some.just("complaint"), some.booleans()),
    some.tuples(some.just("follows"), some.booleans()),
    some.tuples(some.just("send"), SENT),
    some.tuples(some.just("answer"), SENT),
    some.tuples(some.just("answer"), SENT),
)  # fmt: skip


@dataclass
class Life:
    """A member with two accounts, and a record of all that left."""

    terms: MessageTerms
    now: datetime = NOON
    consents: dict[Purpose, bool] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    weekly: int | None = None
    paused_until: date | None = None
    complaint: bool = False
    follows: bool = True
    windows: dict[tuple[int, ContactKind], list[Any]] = field(default_factory=dict)
    held: Counter[Form] = field(default_factory=Counter)
    left: list[tuple[MessageClass, datetime, Channel]] = field(default_factory=list)

    def lives(self, event: str, value: Any) -> None:
        if event == "wait":
            self.now += timedelta(hours=value)
        elif event == "contact":
            made = contact_made(value, self.now, self.terms.allowance(value))
            follower_id = 71 if value is ContactKind.ENTER else 70
            self.windows[follower_id, value] = [made.ends_at, made.left_over]
        elif event == "hold":
            self.held[value] += 1
        elif event == "consent":
            self.consents[value[0]] = value[1]
        elif event == "pause":
            self.paused_until = None if value is None else self.today() + timedelta(days=value)
        elif event == "answer":
            # Whoever writes to us in the day is there to be written to.
            self.lives("contact", ContactKind.MESSAGE)
            self.sends(value)
        elif event == "send":
            self.sends(value)
        else:
            setattr(self, event, value)

    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    def facts(self) -> PersonFacts:
        return PersonFacts(
            consents=dict(self.consents),
            topics_off=self.topics,
            weekly=self.weekly,
            paused_until=self.paused_until,
            complaint_open=self.complaint,
            accounts=(self.account(70, "main", "service"), self.account(71, "mini", "mini")),
            left=tuple((kind, at) for kind, at, _ in self.left if kind.is_marketing),
        )

    def account(self, follower_id: int, name: str, kind: str) -> AccountFacts:
        month = self.today().strftime("%Y-%m")
        mass = [
            at
            for _, at, channel in self.left
            if channel is Channel.MASS and at.astimezone(SHANGHAI).strftime("%Y-%m") == month
        ]
        return AccountFacts(
            follower_id,
            name,
            f"openid-{name}",
            kind,
            follows=self.follows and kind == "service",
            contacts=tuple(
                Contact(contact, ends_at, left)
                for (owner, contact), (ends_at, left) in self.windows.items()
                if owner == follower_id
            ),
            held={
                (form.channel, form.template_id): count
                for form, count in self.held.items()
                if form.account == name
            },
            mass_this_month=len(mass) if kind == "service" else 0,
        )

    def sends(self, wanted: list[dict[str, Any]]) -> None:
        messages = [self.message(number, asked) for number, asked in enumerate(wanted)]
        verdicts = judge_all(messages, {LI: self.facts()}, now=self.now, terms=self.terms)
        assert verdicts.keys() == {message.id for message in messages}
        for message in messages:
            if isinstance(verdict := verdicts[message.id], Go):
                self.goes(message, verdict)
        if len(messages) == 1 and isinstance(wait := verdicts[0], Wait):
            self.waits_no_longer_than_needed(messages[0], wait)

    def message(self, number: int, asked: dict[str, Any]) -> Outgoing:
        facts = dict(asked)
        hours = facts.pop("hours")
        until = None if hours is None else self.now + timedelta(hours=hours)
        return Outgoing(number, 7, useless_after=until, forms=FORMS, openid="x", **facts)

    def goes(self, message: Outgoing, go: Go) -> None:
        assert go.channel in message.channels
        assert message.useless_after is None or self.now <= message.useless_after
        self.spends(go, marketing=message.message_class.is_marketing)
        self.left.append((message.message_class, self.now, go.channel))
        if message.message_class.is_marketing:
            self.was_wanted(message)
            self.was_allowed(message.message_class)
            assert go.channel is not Channel.TEMPLATE
        if go.channel is Channel.MASS:
            assert message.message_class is PROMOTION
            assert self.follows
            assert self.account(70, "main", "service").mass_this_month <= self.terms.mass_per_month

    def spends(self, go: Go, *, marketing: bool) -> None:
        assert go.follower_id is not None
        if go.channel is Channel.SERVICE and go.contact is not None:
            window = self.windows[go.follower_id, go.contact]
            assert self.now < window[0]
            if window[1] is not None:
                window[1] -= 1
                assert window[1] >= 0
        elif go.channel is Channel.SERVICE:
            assert not marketing
        elif go.template_id is not None and go.channel is not Channel.TEMPLATE:
            [form] = [one for one in FORMS if one.template_id == go.template_id]
            self.held[form] -= 1
            assert self.held[form] >= 0

    def was_wanted(self, message: Outgoing) -> None:
        if message.message_class is PROMOTION:
            assert self.consents.get(Purpose.MARKETING) is True
        else:
            assert self.consents.get(Purpose.CARE) is not False
        assert message.topic not in self.topics
        assert self.paused_until is None or self.today() >= self.paused_until
        assert not self.complaint

    def was_allowed(self, kind: MessageClass) -> None:
        clock = self.now.astimezone(SHANGHAI).strftime("%H:%M")
        starts, ends = self.terms.quiet_from, self.terms.quiet_until
        assert not (starts <= clock < ends if starts <= ends else clock >= starts or clock < ends)
        week, month = self.lately(7), self.lately(30)
        if kind is PROMOTION:
            assert self.today() not in self.terms.holidays
            assert week[PROMOTION] <= self.terms.promotion_per_7d
            assert month[PROMOTION] <= self.terms.promotion_per_30d
        else:
            assert week[CARE] <= self.terms.care_per_7d
        assert self.weekly is None or week[CARE] + week[PROMOTION] <= self.weekly

    def lately(self, days: int) -> Counter[MessageClass]:
        since = self.now - timedelta(days=days)
        return Counter(kind for kind, at, _ in self.left if at > since)

    def waits_no_longer_than_needed(self, message: Outgoing, wait: Wait) -> None:
        """Then neither a cap nor the hour holds it back, if nothing else happens until then."""
        assert wait.until > self.now
        assert message.useless_after is None or wait.until <= message.useless_after
        again = judge_all([message], {LI: self.facts()}, now=wait.until, terms=self.terms)
        assert not isinstance(again[message.id], Wait)


@settings(max_examples=300, deadline=None)
@given(TERMS, some.booleans(), some.lists(EVENTS, min_size=5, max_size=40))
def test_nothing_leaves_that_somebody_or_a_rule_forbids(
    terms: MessageTerms, subscribes: bool, events: list[tuple[str, Any]]
) -> None:
    life = Life(terms, consents={Purpose.MARKETING: True} if subscribes else {})
    for event, value in events:
        life.lives(event, value)
