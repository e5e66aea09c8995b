"""Acts of campaigns (营销动作): what an effect gives, marks, opens, says and asks.

All of these are helpers for use cases; each is done once by a key of its own.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from loyalty.broadcast_contents import Place
from loyalty.campaigns import (
    Action,
    AddTag,
    AskForm,
    GiveCoupon,
    GivePoints,
    OpenTicket,
    SendMessage,
    once_key,
)
from loyalty.person import Person
from services.campaign_turns import Turn, useless_after
from services.coupons import IssuedCoupon, issue_coupon
from services.details import member_name
from services.notices import put_notice
from services.points import earn_points, points_balance
from services.shop import Shop
from services.tickets import Draft, TicketKind, open_ticket_in
from services.tiers import tier_of
from storage.campaign_people import tag_member
from storage.models import Member
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
    period: str
    points: int = 0
    coupons: list[IssuedCoupon] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    # A coupon was not to be had, so that no message may promise it.
    is_short: bool = False

    @property
    def is_empty(self) -> bool:
        return self.is_short and not self.coupons and not self.points

    def key(self, ordinal: int) -> str:
        turn = self.turn
        if turn.person_id is not None:
            return once_key(turn.campaign.code, ordinal, person_id=turn.person_id)
        return f"campaign:{turn.campaign.code}:{turn.member_id}:{self.period}:{ordinal}"


async def do_actions(shop: Shop, acts: Acts) -> None:
    """What can be had is given. Raises NothingLeft, before anything is said, where nothing can."""
    for ordinal, action in acts.turn.campaign.in_order():
        if acts.is_empty and not isinstance(action, BENEFITS):
            raise NothingLeft
        if not (acts.is_short and isinstance(action, SendMessage)):
            await _do(shop, acts, action, key=acts.key(ordinal))
    if acts.is_empty:
        raise NothingLeft


async def _do(shop: Shop, acts: Acts, action: Action, *, key: str) -> None:
    member_id = acts.turn.member_id
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
            await _say(shop, acts, action, key=key)
        case AskForm():
            await _ask(shop, acts, action, key=key)


def _cause(shop: Shop, acts: Acts) -> dict[str, object]:
    terms = acts.turn.campaign.terms
    facts = {"campaign": terms.code, "title": terms.title, "rules": shop.rules.version}
    if acts.turn.person_id is not None:
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


async def _say(shop: Shop, acts: Acts, action: SendMessage, *, key: str) -> None:
    text = await filled(shop, acts, action.text)
    if acts.turn.in_reply:
        acts.lines.append(text)
    else:
        await _put(shop, acts, "campaigns/said", {"text": text}, key=key, action=action)


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
        await _put(shop, acts, "campaigns/question", facts, key=key, action=None)


async def _put(
    shop: Shop,
    acts: Acts,
    wording: str,
    facts: Mapping[str, object],
    *,
    key: str,
    action: SendMessage | None,
) -> None:
    """Into the outbox, as what the campaign says it is."""
    terms = acts.turn.campaign.terms
    own_class, own_topic = (action.message_class, action.topic) if action else (None, None)
    said = terms.says_of(own_class, own_topic)
    await put_notice(
        shop,
        acts.turn.member_id,
        wording=wording,
        facts=facts,
        key=key,
        due_at=shop.now(),
        message_class=said.message_class,
        topic=said.topic,
        useless_after=useless_after(acts.turn),
        otherwise=terms.if_unsent,
        campaign=terms.code,
    )


async def filled(shop: Shop, acts: Acts, text: str) -> str:
    """The text with what stands in braces; only what it names is looked up."""
    for place, fact in FACTS.items():
        if f"{{{place}}}" in text:
            text = text.replace(f"{{{place}}}", await fact(shop, acts))
    return text


async def _name(shop: Shop, acts: Acts) -> str:
    member = await Member.get(id=acts.turn.member_id)
    return member_name(shop, member) or shop.phrase("campaigns/no_name", {})


async def _points(shop: Shop, acts: Acts) -> str:
    return str((await points_balance(shop, acts.turn.member_id)).points)


async def _tier(shop: Shop, acts: Acts) -> str:
    return (await tier_of(shop, acts.turn.member_id)).name


async def _coupons(shop: Shop, acts: Acts) -> str:
    return "、".join(coupon.name for coupon in acts.coupons[:MOST_NAMED])


FACTS: dict[str, Callable[[Shop, Acts], Awaitable[str]]] = {
    Place.NAME: _name,
    Place.POINTS: _points,
    Place.TIER: _tier,
    "券": _coupons,
}
