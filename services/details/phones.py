"""Phones (手机号): a number typed, proven by SMS or by the platform, and then one member's alone.

What is typed proves nothing: it takes no proven number's place, and nobody learns from it whether
a number is known.
"""

from dataclasses import dataclass
from typing import Literal

from loyalty.people import mask_phone
from loyalty.person import Person
from loyalty.phone_codes import E164, Verified, WrongPhoneCode
from services.details.keeping import DetailChange, keep_detail, read_phone
from services.details.phone_codes import (
    Number,
    add_phone_proof,
    number_of,
    send_phone_code,
    take_phone_code,
)
from services.details.phone_owners import told_before, whose_it_is
from services.shop import Shop
from storage.name_locks import lock_name
from storage.phone_codes import (
    end_waiting_phone_codes,
    finish_phone_code,
    phone_code_asked_by,
    phone_code_done_by,
)
from storage.phones import phone_of
from storage.sealing import blind_index, unseal
from storage.sql import Row
from storage.transactions import transactional

__all__ = ["Verified", "WrongPhoneCode"]


@dataclass(frozen=True, slots=True)
class TypedPhone:
    """What came of typing a number; numbers by their masks.

    saved: it stands, unproven. kept: `old`, which is proven, stands until the new one is.
    already: it is proven. fixed: `old` stands, and no SMS can prove another one.
    """

    state: Literal["saved", "kept", "already", "fixed"]
    phone: str
    old: str = ""
    code: Literal["none", "sent", "too_many"] = "none"


@transactional
async def start_verification(shop: Shop, person: Person, text: str, *, key: str) -> TypedPhone:
    """Keep a typed number and send a code to it. Raises BadDetail.

    The same message again says the same and sends nothing.
    """
    member_id = _member_id(person)
    number = number_from(shop, read_phone(text, shop.today()))
    await lock_name(f"phone:{number.index}")
    await lock_name(f"phone-of:{member_id}")
    typed = await _keep(shop, member_id, number, key=key)
    if typed.state in ("already", "fixed"):
        return typed
    return await _with_code(shop, person, typed, number, key=key)


@transactional
async def ask_again(shop: Shop, person: Person, *, key: str) -> TypedPhone | None:
    """Send a code to the number that stands and is not proven yet; None where there is none."""
    member_id = _member_id(person)
    own = await phone_of(member_id)
    if own["phone_sealed"] is None:
        return None
    number = number_from(shop, _phone(shop, member_id, own))
    if own["phone_verified_at"] is not None:
        return TypedPhone("already", number.mask)
    await lock_name(f"phone:{number.index}")
    return await _with_code(shop, person, TypedPhone("saved", number.mask), number, key=key)


@transactional
async def finish_verification(
    shop: Shop, person: Person, code: str, *, key: str
) -> Verified | WrongPhoneCode:
    """Answer a code; the same message again gets the same answer, and is no further try."""
    member_id = _member_id(person)
    told = told_before(await phone_code_done_by(key), person)
    if told is not None:
        return told
    taken = await take_phone_code(shop, member_id, code, key=key)
    if isinstance(taken, WrongPhoneCode):
        return taken
    return await whose_it_is(shop, person, taken["id"], number_of(shop, taken), key=key)


@transactional
async def verified_by_platform(shop: Shop, person: Person, phone: str, *, key: str) -> Verified:
    """WeChat says that the number is this person's own (手机号快速验证), once per key."""
    assert E164.fullmatch(phone), "the gateway hands on whole numbers only"
    member_id, number = _member_id(person), number_from(shop, phone)
    told = told_before(await phone_code_asked_by(key), person)
    if told is not None:
        return told
    await end_waiting_phone_codes(member_id)
    proof_id = await add_phone_proof(shop, person, member_id, number, key=key, purpose="platform")
    await finish_phone_code(proof_id, done_key=key, now=shop.clock.machine_now())
    return await whose_it_is(shop, person, proof_id, number, key=key)


async def verified_before(shop: Shop, person: Person, *, key: str) -> Verified | None:
    """What was said of this key, whose code the platform takes only once."""
    return told_before(await phone_code_asked_by(key), person)


def number_from(shop: Shop, phone: str) -> Number:
    return Number(phone, blind_index(shop.keys, "phone", phone))


async def phone_mask(shop: Shop, member_id: int) -> tuple[str, bool] | None:
    """The member's number, masked, and whether it is proven; None without one."""
    own = await phone_of(member_id)
    if own["phone_sealed"] is None:
        return None
    return mask_phone(_phone(shop, member_id, own)), own["phone_verified_at"] is not None


async def _keep(shop: Shop, member_id: int, number: Number, *, key: str) -> TypedPhone:
    own = await phone_of(member_id)
    is_proven, is_same = own["phone_verified_at"] is not None, own["phone_index"] == number.index
    if not is_proven:
        await keep_detail(shop, DetailChange(member_id, "phone", number.phone, key))
        return TypedPhone("saved", number.mask)
    if is_same:
        return TypedPhone("already", number.mask)
    old = mask_phone(_phone(shop, member_id, own))
    return TypedPhone("kept" if shop.sends_sms else "fixed", number.mask, old)


async def _with_code(
    shop: Shop, person: Person, typed: TypedPhone, number: Number, *, key: str
) -> TypedPhone:
    """The caller holds the number's lock, so that nobody counts while others send."""
    if not shop.sends_sms:
        return typed
    is_sent = await phone_code_asked_by(key) is not None or await send_phone_code(
        shop, person, _member_id(person), number, key=key
    )
    return TypedPhone(typed.state, typed.phone, typed.old, "sent" if is_sent else "too_many")


def _phone(shop: Shop, member_id: int, own: Row) -> str:
    sealed = bytes(own["phone_sealed"])
    return unseal(shop.keys, sealed, table="members", column="phone_sealed", row=member_id)


def _member_id(person: Person) -> int:
    assert person.member_id is not None, "only members have a phone here"
    return person.member_id
