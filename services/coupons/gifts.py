"""Gifts (转赠): a member offers a coupon by a link, and the friend who opens it first has it.

Its last day stays, it is passed on once, and until somebody took it the giver may take it back.
Nobody can use it meanwhile. Locks are taken in the order follower, coupon, gift.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass

from loyalty.coupon_codes import read_coupon_code
from loyalty.coupons import coupon_terms
from loyalty.gift_tokens import TOKEN_BYTES, gift_token
from loyalty.person import Person
from loyalty.refusals import Refusal
from services.coupons.issuing import own_coupons, uses_of
from services.shop import Shop
from storage.coupons import lock_coupon, set_offered, take_back_offer
from storage.gifts import end_gift, gift_by_key, insert_gift, newest_gift
from storage.people import lock_follower
from storage.sql import Row
from storage.transactions import transactional


class NoSuchCoupon(Refusal):
    """No coupon of one's own has this number or code."""

    wording = "gifts/no_such_coupon"


class NotGiftable(Refusal):
    """By its terms, because it was a gift itself, or because some of it was used."""

    wording = "gifts/not_giftable"


class RemedyIsOwn(Refusal):
    """It makes good for what went wrong with this member, and nobody else."""

    wording = "gifts/remedy_is_own"


class NotOffered(Refusal):
    """It is not on offer, so there is nothing to take back."""

    wording = "gifts/not_offered"


class LinkLost(Refusal):
    """Its link was made under a key that is gone: take it back and offer it anew."""

    wording = "gifts/link_lost"


@dataclass(frozen=True, slots=True)
class GiftOffer:
    """What the giver passes on: the link, and the token to type."""

    name: str
    code: str
    last_day: str
    token: str
    link: str


def gift_url(shop: Shop) -> str:
    """What every gift link begins with."""
    return f"{shop.public_url}/g/"


@transactional
async def offer_coupon(shop: Shop, person: Person, pick: str, *, key: str) -> GiftOffer:
    """Put one's own coupon, by its number in the list or its code, on offer to a friend.

    The same message again, or a coupon that is on offer already, is answered with the same link.
    """
    member_id = await _member(person)
    known = await gift_by_key(key)
    coupon = await _own(shop, member_id, pick) if known is None else await _of_gift(known)
    name = coupon_terms(coupon["terms"]).name
    gift = known or await _open_gift(coupon, member_id)
    token = _token(shop, gift["key"] if gift else key)
    if gift is None:
        await _put_on_offer(shop, coupon, member_id, key=key)
    elif gift["token_hash"] != token_hash_of(token):
        raise LinkLost(name=name)
    return GiftOffer(name, coupon["code"], coupon["ends_on"], token, gift_url(shop) + token)


@transactional
async def withdraw_gift(shop: Shop, person: Person, pick: str) -> str:
    """Take a coupon back from offer; its name. Once somebody took it, it is no longer one's own."""
    member_id = await _member(person)
    coupon = await _own(shop, member_id, pick)
    gift = await newest_gift(coupon["id"], coupon["member_id"])
    name = coupon_terms(coupon["terms"]).name
    if gift is None:
        raise NotOffered(name=name)
    await take_back(shop, coupon, gift)
    return name


async def _member(person: Person) -> int:
    """The member the follower is by now, held."""
    member_id = await lock_follower(person.follower_id)
    if member_id is None:
        raise NoSuchCoupon
    return member_id


async def _of_gift(gift: Row) -> Row:
    coupon = await lock_coupon(gift["code"])
    assert coupon is not None, "coupons are not deleted"
    return coupon


async def _own(shop: Shop, member_id: int, pick: str) -> Row:
    """One's own coupon by its number in 优惠券 or its code, held. Raises NoSuchCoupon."""
    code = read_coupon_code(pick)
    mine = [
        own.coupon.code
        for own in await own_coupons(shop, member_id)
        if str(own.number) == pick or own.coupon.code == code
    ]
    coupon = await lock_coupon(mine[0]) if mine else None
    if coupon is None or coupon["member_id"] != member_id:
        raise NoSuchCoupon
    return coupon


async def _open_gift(coupon: Row, member_id: int) -> Row | None:
    gift = await newest_gift(coupon["id"], member_id)
    return gift if gift and gift["state"] == "open" else None


async def _put_on_offer(shop: Shop, coupon: Row, member_id: int, *, key: str) -> None:
    terms = coupon_terms(coupon["terms"])
    if "ticket" in json.loads(coupon["cause"]):
        raise RemedyIsOwn(name=terms.name)
    is_whole = coupon["uses_left"] == uses_of(terms)
    if not terms.giftable or coupon["hops"] > 0 or not is_whole:
        raise NotGiftable(name=terms.name)
    if not await set_offered(coupon["id"], member_id, shop.now()):
        raise NotGiftable(name=terms.name)
    await insert_gift(
        key=key,
        token_hash=token_hash_of(_token(shop, key)),
        coupon_id=coupon["id"],
        giver_id=member_id,
        created_at=shop.now(),
    )


async def take_back(shop: Shop, coupon: Row, gift: Row) -> None:
    """End the offer, once. A helper for use cases that hold the coupon."""
    if await end_gift(gift["id"], "withdrawn", now=shop.now()):
        await take_back_offer(coupon["id"])


def _token(shop: Shop, key: str) -> str:
    """From the message that offered it, so that the same message again has the same link."""
    secret = shop.keys.key("session")
    return gift_token(hmac.digest(secret, f"gift:{key}".encode(), "sha256")[:TOKEN_BYTES])


def token_hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
