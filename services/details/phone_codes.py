"""Phone codes (短信验证码): six digits by SMS, good for five minutes and five tries.

A code is made of its row's key under a key of the ring: it stands in no table, and leaves as an
outbox row that only names the row.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.people import mask_phone
from loyalty.person import Person
from loyalty.phone_codes import LIFE, TRIES, WrongPhoneCode, code_from, may_send
from services.messages.queueing import queue_message
from services.shop import Shop
from storage.instants import from_ms
from storage.phone_codes import (
    add_phone_code,
    codes_sent_since,
    count_wrong_phone_code,
    end_waiting_phone_codes,
    finish_phone_code,
    phone_code_of_id,
    phone_code_tried_by,
    waiting_phone_code,
)
from storage.sealing import seal, unseal
from storage.sql import Row


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number in full, and how it is found."""

    phone: str
    index: str

    @property
    def mask(self) -> str:
        return mask_phone(self.phone)


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """An SMS as it leaves."""

    to: str
    text: str


async def send_phone_code(
    shop: Shop, person: Person, member_id: int, number: Number, *, key: str
) -> bool:
    """False when this number or this member has been sent enough for now.

    A helper for use cases that hold the number's lock.
    """
    now = shop.clock.machine_now()
    if not await _is_within_limits(member_id, number, now):
        return False
    await end_waiting_phone_codes(member_id)
    code_id = await add_phone_proof(shop, person, member_id, number, key=key, purpose="sms")
    await queue_message(
        shop,
        key=f"sms:{key}",
        account=person.account,
        openid=person.openid,
        content={"kind": "sms", "value": str(code_id)},
    )
    return True


async def add_phone_proof(
    shop: Shop, person: Person, member_id: int, number: Number, *, key: str, purpose: str
) -> int:
    """A helper for use cases that have ended what waited."""
    now = shop.clock.machine_now()
    return await add_phone_code(
        key=key,
        follower_id=person.follower_id,
        member_id=member_id,
        purpose=purpose,
        phone_sealed=seal(
            shop.keys, number.phone, table="phone_codes", column="phone_sealed", row=key
        ),
        phone_index=number.index,
        state="open",
        expires_at=now + LIFE,
        created_at=now,
    )


async def take_phone_code(
    shop: Shop, member_id: int, code: str, *, key: str
) -> Row | WrongPhoneCode:
    """Use the code up: whoever gets the row has proven its number. A helper for use cases."""
    now = shop.clock.machine_now()
    waiting = await waiting_phone_code(member_id, "open", now)
    if waiting is None:
        return await _tried_before(member_id, key)
    if not hmac.compare_digest(_code(shop, waiting["key"]).encode(), code.encode()):
        tries = await count_wrong_phone_code(waiting["id"], key, tries=TRIES)
        return WrongPhoneCode(TRIES - tries)
    if not await finish_phone_code(waiting["id"], done_key=key, now=now):
        return WrongPhoneCode(None)
    return waiting


async def short_message(shop: Shop, code_id: int) -> ShortMessage | None:
    """What to send for a code; None when it is answered, replaced or too old."""
    code = await phone_code_of_id(code_id)
    if code is None or code["state"] != "open" or code["purpose"] != "sms":
        return None
    if from_ms(code["expires_at"]) < shop.clock.machine_now():
        return None
    facts = {
        "brand": shop.rules.brand_name,
        "code": _code(shop, code["key"]),
        "minutes": LIFE // timedelta(minutes=1),
    }
    return ShortMessage(number_of(shop, code).phone, shop.phrase("phone/sms", facts))


def number_of(shop: Shop, code: Row) -> Number:
    sealed = bytes(code["phone_sealed"])
    phone = unseal(
        shop.keys, sealed, table="phone_codes", column="phone_sealed", row=str(code["key"])
    )
    return Number(phone, code["phone_index"])


async def _tried_before(member_id: int, key: str) -> WrongPhoneCode:
    """The message that killed a code, delivered again, is told so again."""
    tried = await phone_code_tried_by(member_id, key)
    return WrongPhoneCode(TRIES - tried["tries"] if tried else None)


async def _is_within_limits(member_id: int, number: Number, now: datetime) -> bool:
    for column, value in (("phone_index", number.index), ("member_id", member_id)):
        sent = await codes_sent_since(
            column, value, hour=now - timedelta(hours=1), day=now - timedelta(days=1)
        )
        newest_at = from_ms(sent["newest_at"]) if sent["newest_at"] is not None else None
        if not may_send(newest_at, int(sent["in_an_hour"]), int(sent["in_a_day"]), now=now):
            return False
    return True


def _code(shop: Shop, key: str) -> str:
    secret = hmac.digest(shop.keys.key("session"), f"phone-code:{key}".encode(), "sha256")
    return code_from(secret)
