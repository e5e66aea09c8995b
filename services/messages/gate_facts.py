"""The facts of people (人的情况) that the send gate judges by, of many at once."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from loyalty.caps import LONGEST_WINDOW, Left
from loyalty.contacts import Contact, ContactKind
from loyalty.messages import Channel, MessageClass
from loyalty.people import Purpose
from loyalty.send_gate import AccountFacts, Outgoing, PersonFacts, Who
from services.shop import Shop
from storage.gate import choices_of, marketing_left, newest_words, ways_to, who_complains
from storage.instants import from_ms
from storage.sql import Row

ASKED = (Purpose.MARKETING, Purpose.CARE)


@dataclass(slots=True)
class _Books:
    """What was read, by member and by follower."""

    consents: dict[int, dict[Purpose, bool]] = field(default_factory=lambda: defaultdict(dict))
    choices: dict[int, Row] = field(default_factory=dict)
    left: dict[int, list[Left]] = field(default_factory=lambda: defaultdict(list))
    mass: Counter[int] = field(default_factory=Counter)
    complaining: frozenset[int] = frozenset()
    contacts: dict[int, list[Contact]] = field(default_factory=lambda: defaultdict(list))
    held: dict[int, dict[tuple[Channel, str], int]] = field(
        default_factory=lambda: defaultdict(dict)
    )


async def read_facts(
    shop: Shop, messages: Sequence[Outgoing], followers: Sequence[Row]
) -> dict[Who, PersonFacts]:
    """Of everybody these messages are for; what a reply does not ask for is not read for it."""
    books = _Books()
    ids = [line["id"] for line in followers]
    _note_ways(books, await ways_to(ids, shop.now()))
    if unasked := [one for one in messages if one.may_be_refused]:
        await _read_words(books, unasked)
    if marketing := [one for one in messages if one.message_class.is_marketing]:
        await _read_marketing(shop, books, marketing)
        books.complaining = await who_complains(ids)
    accounts = _accounts_by_person(shop, books, followers)
    return {
        who: _person(books, who, accounts[who])
        for who in {one.who for one in messages}
        if who is not None
    }


async def _read_words(books: _Books, unasked: Sequence[Outgoing]) -> None:
    """What the members have said of such messages."""
    members = _members_of(unasked)
    for line in await newest_words(members, [str(purpose) for purpose in ASKED]):
        books.consents[line["member_id"]][Purpose(line["purpose"])] = bool(line["given"])
    books.choices = {line["member_id"]: line for line in await choices_of(members)}


async def _read_marketing(shop: Shop, books: _Books, marketing: Sequence[Outgoing]) -> None:
    members = _members_of(marketing)
    month = _month_began_at(shop)
    since = min(shop.now() - LONGEST_WINDOW, month)
    for line in await marketing_left(members, since, without=[one.id for one in marketing]):
        left_at = from_ms(line["left_at"])
        books.left[line["member_id"]].append((MessageClass(line["message_class"]), left_at))
        if line["channel"] == Channel.MASS and left_at >= month and line["follower_id"]:
            books.mass[line["follower_id"]] += 1


def _members_of(messages: Sequence[Outgoing]) -> list[int]:
    return sorted({one.member_id for one in messages if one.member_id is not None})


def _note_ways(books: _Books, ways: Iterable[Row]) -> None:
    for line in ways:
        follower_id, left_over = line["follower_id"], line["left_over"]
        if line["template_id"] is None:
            contact = Contact(ContactKind(line["kind"]), from_ms(line["ends_at"]), left_over)
            books.contacts[follower_id].append(contact)
        else:
            books.held[follower_id][Channel(line["kind"]), line["template_id"]] = left_over


def _accounts_by_person(
    shop: Shop, books: _Books, followers: Iterable[Row]
) -> dict[Who, list[AccountFacts]]:
    """Each account stands with its member, and with itself."""
    accounts = defaultdict[Who, list[AccountFacts]](list)
    for line in followers:
        facts = _account(shop, books, line)
        accounts["follower", facts.follower_id].append(facts)
        if line["member_id"] is not None:
            accounts["member", line["member_id"]].append(facts)
    return accounts


def _account(shop: Shop, books: _Books, line: Row) -> AccountFacts:
    follower_id = line["id"]
    return AccountFacts(
        follower_id=follower_id,
        account=line["account"],
        openid=line["openid"],
        kind=shop.account_kinds.get(line["account"], "service"),
        follows=bool(line["follows"]),
        contacts=tuple(books.contacts.get(follower_id, ())),
        held=books.held.get(follower_id, {}),
        mass_this_month=books.mass[follower_id],
    )


def _person(books: _Books, who: Who, accounts: Sequence[AccountFacts]) -> PersonFacts:
    kind, number = who
    if kind != "member":
        return PersonFacts(accounts=tuple(accounts))
    choice = books.choices.get(number)
    return PersonFacts(
        consents=books.consents.get(number, {}),
        topics_off=frozenset(json.loads(choice["topics_off"])) if choice else frozenset(),
        weekly=choice["weekly"] if choice else None,
        paused_until=_day(choice["paused_until"]) if choice else None,
        complaint_open=any(one.follower_id in books.complaining for one in accounts),
        accounts=tuple(accounts),
        left=tuple(books.left.get(number, ())),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _month_began_at(shop: Shop) -> datetime:
    """The platform counts mass sends by the calendar month."""
    local = shop.clock.local(shop.now())
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
