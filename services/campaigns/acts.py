"""Acts of campaigns (营销动作): what an effect gives, marks, opens, says and asks.

All of these are helpers for use cases; each is done once by a key of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from loyalty.broadcast_contents import IN_BRACES, WIDE
from loyalty.campaign_terms import COUPON_PLACE
from loyalty.campaigns import (
    JOIN,
    Action,
    AddTag,
    AskForm,
    GiveCoupon,
    GivePoints,
    OpenTicket,
    SendMessage,
)
from loyalty.person import Person
from services.broadcasts.texts import facts_of_members
from services.campaigns.turns import Given, Outcome, Turn, gift_key, useless_after
from services.clock import end_of
from services.coupons.issuing import IssuedCoupon, issue_coupon
from services.ledger.points import earn_points
from services.messages.notices import put_notice
from services.shop import Shop
from services.tickets.opening import Draft, TicketKind, open_ticket_in
from storage.campaign_people import tag_member
from storage.people import followers_of

MOST_NAMED = 3
BENEFITS = (GiveCoupon, GivePoints)


class NothingLeft(Exception):
    """None of what the effect was to bring was to be had any more."""


@dataclass(slots=True)
class Acts:
    """What the acts of one effect have come to."""

    turn: Turn
    effect_id: int
    points: int = 0
    coupons: list[IssuedCoupon] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    # A coupon was not to be had, so that no message may promise it.
    is_short: bool = False

    @property
    def is_empty(self) -> bool:
        return self.is_short and not self.coupons and not self.points

    def key(self, ordinal: int) -> str:
        return gift_key(self.effect_id, ordinal)

    def given(self) -> Given:
        return Given(Outcome.TREATED, self.points, tuple(self.coupons), tuple(self.lines))


@dataclass(frozen=True, slots=True)
class Message:
    """What is put into the outbox, and into which line (services/campaigns/lines.py)."""

    wording: str
    facts: Mapping[str, object]
    action: SendMessage | None = None
    line: int | None = None


async def do_actions(shop: Shop, acts: Acts) -> None:
    """What can be had is given. Raises NothingLeft, before anything is said, where nothing can."""
    for ordinal, action in acts.turn.campaign.in_order():
        if acts.is_empty and not isinstance(action, BENEFITS):
            raise NothingLeft
        if not (acts.is_short and isinstance(action, SendMessage)):
            await _do(shop, acts, action, ordinal)
    if acts.is_empty:
        raise NothingLeft


async def say_again(shop: Shop, acts: Acts) -> None:
    """The words of an answer to who had it all before; nothing is given."""
    assert acts.turn.in_reply, "else it would be told twice"
    for ordinal, action in acts.turn.campaign.in_order():
        if isinstance(action, AskForm) or (isinstance(action, SendMessage) and not acts.is_short):
            await _do(shop, acts, action, ordinal)


async def _do(shop: Shop, acts: Acts, action: Action, ordinal: int) -> None:
    member_id, key = acts.turn.member_id, acts.key(ordinal)
    match action:
        case GiveCoupon(kind):
            await _give_coupon(shop, acts, kind, key=key)
        case GivePoints(points):
            await earn_points(
                shop, member_id, points, key=key, cause=_cause(shop, acts), occurred_at=shop.now()
            )
            acts.points += points
        case AddTag(tag):
            reason = shop.phrase("campaigns/tagged", {"title": acts.turn.campaign.terms.title})
            await tag_member(member_id, tag, reason=reason, now=shop.now())
        case OpenTicket(text):
            await open_for_member(shop, member_id, text, key=key)
        case SendMessage():
            await _say(shop, acts, action, key=key, line=acts.turn.lines.get(ordinal))
        case AskForm():
            await _ask(shop, acts, action, key=key)


def _cause(shop: Shop, acts: Acts) -> dict[str, object]:
    terms = acts.turn.campaign.terms
    facts = {"campaign": terms.code, "title": terms.title, "rules": shop.rules.version}
    if terms.kind == JOIN:
        return {"what": "join", "by": "join", **facts}
    return {"what": "campaign", "by": "campaign", **facts}


async def _give_coupon(shop: Shop, acts: Acts, kind: str, *, key: str) -> None:
    cause = _cause(shop, acts)
    coupon = await issue_coupon(shop, acts.turn.member_id, kind, key=key, cause=cause)
    acts.is_short |= coupon is None
    acts.coupons += [coupon] if coupon else []


async def open_for_member(shop: Shop, member_id: int, text: str, *, key: str) -> None:
    """A ticket in the member's name; who has no account cannot be answered, and gets none."""
    followers = await followers_of(member_id)
    if followers:
        one = followers[0]
        person = Person(one["id"], one["account"], one["openid"], True, member_id=member_id)
        await open_ticket_in(shop, person, Draft(TicketKind.FEEDBACK, text), key=key)


async def _say(shop: Shop, acts: Acts, action: SendMessage, *, key: str, line: int | None) -> None:
    text = await filled(shop, acts, action.text)
    if acts.turn.in_reply:
        acts.lines.append(text)
    else:
        said = Message("campaigns/said", {"text": text}, action, line)
        await _put(shop, acts, said, key=key)


async def _ask(shop: Shop, acts: Acts, action: AskForm, *, key: str) -> None:
    answers = [
        shop.phrase("campaigns/answer", {"number": acts.effect_id, "answer": answer})
        for answer in action.answers
    ]
    if not answers:
        return
    question = await filled(shop, acts, action.question)
    facts = {"question": question, "answers": "\n".join(answers)}
    if acts.turn.in_reply:
        acts.lines.append(shop.phrase("campaigns/question", facts))
    else:
        await _put(shop, acts, Message("campaigns/question", facts), key=key)


async def _put(shop: Shop, acts: Acts, message: Message, *, key: str) -> None:
    """Into the outbox, as what the campaign says it is."""
    terms, action = acts.turn.campaign.terms, message.action
    own_class, own_topic = (action.message_class, action.topic) if action else (None, None)
    said = terms.says_of(own_class, own_topic)
    await put_notice(
        shop,
        acts.turn.member_id,
        wording=message.wording,
        facts=message.facts,
        key=key,
        due_at=shop.now(),
        message_class=said.message_class,
        topic=said.topic,
        useless_after=_of_use_until(acts),
        fresh_until=acts.turn.fresh_until,
        otherwise=terms.if_unsent,
        campaign=terms.code,
        broadcast_id=message.line,
    )


def _of_use_until(acts: Acts) -> datetime | None:
    """A message promises what it brings: it is of no use beyond the first coupon that ends."""
    ends = [end_of(one.ends_on) for one in acts.coupons]
    limit = useless_after(acts.turn)
    return min(ends if limit is None else [*ends, limit], default=None)


async def filled(shop: Shop, acts: Acts, text: str) -> str:
    """The text with what stands in braces; only what it names is looked up."""
    member_id, text = acts.turn.member_id, text.translate(WIDE)
    facts = (await facts_of_members(shop, [member_id], IN_BRACES.findall(text)))[member_id]
    facts[COUPON_PLACE] = "、".join(coupon.name for coupon in acts.coupons[:MOST_NAMED])
    # What no check refused when it was loaded, long ago, is said as it stands.
    return IN_BRACES.sub(lambda place: facts.get(place[1], place[0]), text)
