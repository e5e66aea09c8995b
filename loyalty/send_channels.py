"""The choice of a channel (选通道): how a message that may leave reaches the person.

What marketing may use is settled here once: never a form approved for notices (wechat-platform
4.3), and a customer-service message only within a window that is known to be open.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from loyalty.contacts import Contact
from loyalty.message_terms import MessageTerms
from loyalty.messages import NOTICE_ONLY, SUBSCRIBED, Channel, MessageClass
from loyalty.send_gate_values import AccountFacts, Form, Go, Held, Outgoing, PersonFacts

# Where a form of each channel is to be had, in the order in which they are tried.
FORM_KINDS = {
    Channel.TEMPLATE: "service",
    Channel.SUBSCRIPTION: "service",
    Channel.MINI: "mini",
    Channel.ONE_TIME: "service",
}
# Accounts that can send to many at once, the better one first.
MASS_KINDS = ("service", "subscription")


@dataclass(slots=True)
class Spent:
    """What earlier messages of the same batch use up."""

    contacts: Counter[tuple[int, str]] = field(default_factory=Counter)
    subscriptions: Counter[tuple[int, Channel, str]] = field(default_factory=Counter)
    mass: Counter[int] = field(default_factory=Counter)

    def take(self, go: Go) -> None:
        follower_id = go.follower_id
        if follower_id is None:
            return
        if go.contact is not None:
            self.contacts[follower_id, go.contact] += 1
        if go.channel in SUBSCRIBED and go.template_id is not None:
            self.subscriptions[follower_id, go.channel, go.template_id] += 1
        if go.channel is Channel.MASS:
            self.mass[follower_id] += 1


def choose_channel(
    message: Outgoing, facts: PersonFacts, spent: Spent, *, now: datetime, terms: MessageTerms
) -> Go | Held:
    """The best way there is now, or why there is none."""
    accounts = _accounts(message, facts)
    if not accounts:
        return Held.NO_ACCOUNT
    ways = [*_by_window(message, accounts, spent, now), *_by_form(message, accounts, spent)]
    if ways:
        return ways[0]
    if message.message_class.is_marketing:
        return _by_mass(message, accounts, spent, terms)
    return _in_the_dark(message, accounts)


def _accounts(message: Outgoing, facts: PersonFacts) -> list[AccountFacts]:
    """Where the message is meant to go first; a reply goes nowhere else."""
    meant = [one for one in facts.accounts if one.follower_id == message.follower_id]
    if message.message_class is MessageClass.REPLY:
        return meant
    others = [one for one in facts.accounts if one.follower_id != message.follower_id]
    return meant + sorted(others, key=lambda one: not one.is_reachable)


def _by_window(
    message: Outgoing, accounts: Iterable[AccountFacts], spent: Spent, now: datetime
) -> Iterator[Go]:
    if Channel.SERVICE not in message.channels:
        return
    for account in accounts:
        reads = _reads(message, account)
        contact = _contact_of(account, spent, now) if reads else None
        if contact is not None:
            yield _go(Channel.SERVICE, account, contact=contact)


def _reads(message: Outgoing, account: AccountFacts) -> bool:
    """Whoever asks is there, though the push of their following may have been lost."""
    return account.is_reachable or message.message_class is MessageClass.REPLY


def _contact_of(account: AccountFacts, spent: Spent, now: datetime) -> Contact | None:
    """Of several the one that ends first: it is lost first."""
    usable = [
        contact
        for contact in account.contacts
        if contact.is_open(now, spent=spent.contacts[account.follower_id, contact.kind])
    ]
    return min(usable, key=lambda contact: contact.ends_at, default=None)


def _by_form(message: Outgoing, accounts: Iterable[AccountFacts], spent: Spent) -> Iterator[Go]:
    barred = NOTICE_ONLY if message.message_class.is_marketing else frozenset()
    accounts = list(accounts)
    for channel in FORM_KINDS:
        if channel not in message.channels or channel in barred:
            continue
        for account in accounts:
            forms = _forms_at(message, account, channel)
            yield from (
                _go(channel, account, form=form) for form in forms if _is_free(form, account, spent)
            )


def _forms_at(message: Outgoing, account: AccountFacts, channel: Channel) -> list[Form]:
    if account.kind != FORM_KINDS[channel]:
        return []
    return [
        form
        for form in message.forms
        if form.channel is channel and form.account == account.account
    ]


def _is_free(form: Form, account: AccountFacts, spent: Spent) -> bool:
    """Templates need somebody who follows, all other forms a subscription that is left."""
    if form.channel not in SUBSCRIBED:
        return account.follows
    used = spent.subscriptions[account.follower_id, form.channel, form.template_id]
    return account.held.get((form.channel, form.template_id), 0) > used


def _by_mass(
    message: Outgoing, accounts: Iterable[AccountFacts], spent: Spent, terms: MessageTerms
) -> Go | Held:
    """For what is said to everybody alike; the platform counts it by the month (4.7).

    A subscription account reaches them by a tag, one call a day.
    """
    promotion = message.message_class is MessageClass.PROMOTION
    if not promotion or Channel.MASS not in message.channels:
        return Held.NO_CHANNEL
    followed = [one for one in accounts if one.kind in MASS_KINDS and one.follows]
    for account in sorted(followed, key=lambda one: MASS_KINDS.index(one.kind)):
        sent = account.mass_this_month + spent.mass[account.follower_id]
        if sent < terms.mass_per_month:
            return _go(Channel.MASS, account)
    return Held.MONTHLY_QUOTA if followed else Held.NO_CHANNEL


def _in_the_dark(message: Outgoing, accounts: Iterable[AccountFacts]) -> Go | Held:
    """What is owed is tried all the same: a contact may be newer than what we know of it."""
    if Channel.SERVICE not in message.channels:
        return Held.NO_CHANNEL
    for account in accounts:
        if _reads(message, account):
            return _go(Channel.SERVICE, account)
    return Held.NO_CHANNEL


def _go(
    channel: Channel,
    account: AccountFacts,
    *,
    contact: Contact | None = None,
    form: Form | None = None,
) -> Go:
    return Go(
        channel,
        account.follower_id,
        account.account,
        account.openid,
        contact=contact.kind if contact else None,
        template_id=form.template_id if form else None,
    )
