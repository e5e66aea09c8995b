"""Confirmations (确认): whoever changes something sees a summary first and answers with its code.

A code is bound to the person and to what the summary said, good once, for a minute and five
tries. What needs a second person waits half an hour for somebody else (reliability B54, B65).
"""

import hmac
import json
from dataclasses import astuple
from datetime import datetime
from typing import Any

from loyalty.confirmations import (
    ANOTHER_LIFE,
    OWN_LIFE,
    TRIES,
    AnotherPersonNeeded,
    Asked,
    Confirmed,
    Proposal,
    Told,
    WrongCode,
)
from loyalty.person import Person
from loyalty.short_codes import confirmation_code, read_confirmation_code
from services.org.staff import Right, allow
from services.shop import Shop
from storage.confirmations import (
    add_confirmation,
    cancel_open_confirmations,
    confirmation_asked_by,
    confirmation_done_by,
    confirmation_of_id,
    confirmations_of_code,
    count_wrong_try,
    end_open_confirmations,
    finish_confirmation,
    keep_told,
    may_cancel,
)
from storage.people import is_same_human
from storage.transactions import transactional


def looks_like_code(text: str) -> bool:
    """Whether nobody writes this by chance."""
    return read_confirmation_code(text) is not None


async def asked_before(shop: Shop, person: Person, key: str) -> Asked | None:
    """What this very message was answered the first time. A helper for use cases."""
    row = await confirmation_asked_by(key)
    if row is None or row["follower_id"] != person.follower_id:
        return None
    return _asked(shop, key, row["summary"], by_another=bool(row["by_another"]))


async def open_confirmation(
    shop: Shop, person: Person, word: str, proposal: Proposal, *, key: str
) -> Asked:
    """Show a summary; what was asked before and not answered is void.

    A helper for use cases that hold the follower's lock.
    """
    asked = _asked(shop, key, proposal.summary, by_another=proposal.by_another)
    await end_open_confirmations(person.follower_id, by_another=proposal.by_another)
    await add_confirmation(
        key=key,
        code_hash=_hash(shop, asked.code),
        follower_id=person.follower_id,
        word=word,
        content=json.dumps(proposal.content, ensure_ascii=False),
        summary=proposal.summary,
        by_another=proposal.by_another,
        expires_at=shop.now() + asked.life,
        created_at=shop.now(),
    )
    return asked


async def take_confirmation(
    shop: Shop, person: Person, code: str, *, key: str
) -> Confirmed | Told | WrongCode:
    """Use the code up: whoever gets a Confirmed does what it says, in this transaction.

    A helper for use cases. The same message, or the same code again, gets what was told then.
    """
    now = shop.now()
    told = _told(person, await confirmation_done_by(key))
    if told is not None:
        return told
    letters = read_confirmation_code(code) or ""
    for row in await confirmations_of_code(_hash(shop, letters), now):
        found = await _take_row(person, row, key=key, now=now)
        if found is not None:
            return found
    tried = await count_wrong_try(person.follower_id, key, tries=TRIES, now=now)
    return WrongCode(TRIES - tried["tries"] if tried else None)


async def keep_answer_told(confirmed: Confirmed, told: Told) -> None:
    """A helper for use cases that have done what was confirmed."""
    await keep_told(confirmed.id, json.dumps(astuple(told), ensure_ascii=False))


async def is_cancellable(shop: Shop, person: Person, *, key: str) -> bool:
    """Whether 取消 is about a confirmation; the same message again: still."""
    return await may_cancel(person.follower_id, key, shop.now())


@transactional
async def cancel_confirmations(shop: Shop, person: Person, *, key: str) -> None:
    """Nothing that was asked is done any more."""
    allow(person, Right.CONFIRM)
    await cancel_open_confirmations(person.follower_id, key)


async def _take_row(
    person: Person, row: dict[str, Any], *, key: str, now: datetime
) -> Confirmed | Told | None:
    is_own = row["follower_id"] == person.follower_id
    if row["state"] == "done":
        return _told(person, row)
    if bool(row["by_another"]) and (
        is_own or await is_same_human(row["follower_id"], person.follower_id)
    ):
        raise AnotherPersonNeeded(word=row["word"])
    if not row["by_another"] and not is_own:
        return None
    if row["staff_id"] is None:
        return None  # Whoever asked is staff no more.
    if await finish_confirmation(row["id"], done_by=person.follower_id, done_key=key, now=now):
        return _confirmed(row)
    # Another message with the code was faster, and has committed by now.
    return _told(person, await confirmation_of_id(row["id"]))


def _told(person: Person, row: dict[str, Any] | None) -> Told | None:
    """What this person was told when it was done."""
    if row is None or row["state"] != "done" or row["done_by"] != person.follower_id:
        return None
    return Told(*json.loads(row["told"]))


def _confirmed(row: dict[str, Any]) -> Confirmed:
    return Confirmed(
        id=row["id"],
        word=row["word"],
        content=json.loads(row["content"]),
        follower_id=row["follower_id"],
        by_another=bool(row["by_another"]),
        staff_id=row["staff_id"],
        role=row["role"],
        store_id=row["store_id"],
        region_id=row["region_id"],
    )


def _asked(shop: Shop, key: str, summary: str, *, by_another: bool) -> Asked:
    life = ANOTHER_LIFE if by_another else OWN_LIFE
    return Asked(summary, _code(shop, key), by_another, life)


def _code(shop: Shop, key: str) -> str:
    # Made of the message's identity under a key of ours: nobody can guess it, and the message
    # delivered again shows the same code although only a hash is kept.
    return confirmation_code(_mac(shop, f"confirmation:{key}"))


def _hash(shop: Shop, code: str) -> str:
    return _mac(shop, f"confirmation-code:{code}").hex()


def _mac(shop: Shop, text: str) -> bytes:
    return hmac.digest(shop.keys.key("session"), text.encode(), "sha256")
