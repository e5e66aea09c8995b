"""Taking a gift (领券): the friend who opens the link first has the coupon, and the giver is told.

Locks are taken in the order follower, coupon, gift.
"""

import json
from dataclasses import dataclass

from loyalty.coupons import coupon_terms
from loyalty.gift_tokens import read_gift_token
from loyalty.person import Person
from loyalty.refusals import Refusal
from services.coupons.gifts import take_back, token_hash_of
from services.messages.telling import tell_member
from services.shop import Shop
from storage.coupons import hand_over, lock_coupon
from storage.gifts import end_gift, gift_by_hash
from storage.limits import GIFT_FAILURES, is_spent, is_within
from storage.people import lock_follower
from storage.sql import Row
from storage.transactions import transactional


class GiftRefused(Refusal):
    """No gift has this token, or too many were tried: one answer."""

    wording = "gifts/refused"
    status = 404


class GiftTaken(Refusal):
    """Another friend was first."""

    wording = "gifts/taken"
    status = 409


class GiftGone(Refusal):
    """Taken back by its giver, or its last day went by."""

    wording = "gifts/gone"
    status = 410


class GiftIsOwn(Refusal):
    """Nobody takes their own gift; it can be taken back instead."""

    wording = "gifts/own"


@dataclass(frozen=True, slots=True)
class TakenGift:
    """`state` is told by the wording of its name: claimed, withdrawn, or join.

    Whoever is no member yet reads how to join, and finds it still open then.
    """

    state: str
    name: str
    code: str
    last_day: str


async def claim_gift(
    shop: Shop, person: Person, token: str, *, takes_back_own: bool = False
) -> TakenGift:
    """Take the coupon behind a token. Raises GiftRefused, GiftTaken, GiftGone, GiftIsOwn.

    Tokens that no gift has are counted, ten an hour a person. With `takes_back_own` the giver's
    own claim ends the offer.
    """
    subject = str(person.follower_id)
    if await is_spent(shop.cache, GIFT_FAILURES, subject):
        raise GiftRefused
    try:
        return await take_gift(shop, person, token, takes_back_own=takes_back_own)
    except GiftRefused:
        await is_within(shop.cache, GIFT_FAILURES, subject)
        raise


@transactional
async def take_gift(shop: Shop, person: Person, token: str, *, takes_back_own: bool) -> TakenGift:
    member_id = await lock_follower(person.follower_id)
    gift, coupon = await _held_gift(shop, token)
    terms = coupon_terms(coupon["terms"])
    told = TakenGift("claimed", terms.name, coupon["code"], coupon["ends_on"])
    if gift["state"] == "claimed":
        if member_id is None or gift["taker_id"] != member_id:
            raise GiftTaken
        return told
    if gift["state"] != "open" or coupon["ends_on"] < shop.today().isoformat():
        raise GiftGone
    if member_id is None:
        return TakenGift("join", terms.name, "", coupon["ends_on"])
    if gift["giver_id"] == member_id:
        if not takes_back_own:
            raise GiftIsOwn(name=terms.name, code=coupon["code"])
        await take_back(shop, coupon, gift)
        return TakenGift("withdrawn", terms.name, coupon["code"], coupon["ends_on"])
    await _hand_over(shop, coupon, gift, member_id)
    return told


async def find_gift(shop: Shop, token: str) -> TakenGift:
    """What a link is about, before anybody is known; writes nothing. Raises GiftRefused."""
    canonical = read_gift_token(token)
    gift = await gift_by_hash(token_hash_of(canonical)) if canonical else None
    if gift is None:
        raise GiftRefused
    name = coupon_terms(gift["terms"]).name
    return TakenGift(gift["state"], name, "", gift["ends_on"])


async def _hand_over(shop: Shop, coupon: Row, gift: Row, taker_id: int) -> None:
    if not await end_gift(gift["id"], "claimed", now=shop.now(), taker_id=taker_id):
        raise GiftGone
    # Why the friend has it is the gift; how the giver came by it is nobody else's business.
    cause = json.dumps({"by": "gift", "rules": shop.rules.version})
    if not await hand_over(coupon["id"], gift["giver_id"], taker_id, cause=cause):
        raise GiftGone
    text = shop.phrase("gifts/taken_by_friend", {"name": coupon_terms(coupon["terms"]).name})
    await tell_member(shop, gift["giver_id"], text, key=f"gift:{gift['id']}:taken")


async def _held_gift(shop: Shop, token: str) -> tuple[Row, Row]:
    """The gift as it stands with its coupon held. Raises GiftRefused."""
    canonical = read_gift_token(token)
    seen = await gift_by_hash(token_hash_of(canonical)) if canonical else None
    coupon = await lock_coupon(seen["code"]) if seen else None
    gift = await gift_by_hash(token_hash_of(canonical)) if canonical and coupon else None
    if gift is None or coupon is None:
        raise GiftRefused
    return gift, coupon
