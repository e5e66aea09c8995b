"""Consents (同意): what was agreed to or withdrawn, to which text; every step is a new row."""

import hashlib
from collections.abc import Mapping

from loyalty.people import Purpose
from loyalty.person import Person
from services.shop import Shop
from storage.consents import newest_consent, newest_consents
from storage.people import add_consent, keep_consent_text


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def has_consent(member_id: int, purpose: str) -> bool:
    """Whether the member's last word on it was yes."""
    found = await newest_consent(member_id, purpose)
    return found is not None and bool(found["given"])


async def given_purposes(member_id: int) -> dict[str, bool]:
    """The member's last word on each purpose that was ever asked about."""
    return {line["purpose"]: bool(line["given"]) for line in await newest_consents(member_id)}


async def withdraw_all(
    shop: Shop, person: Person, member_id: int, *, shown_text: str, key: str
) -> None:
    """Whoever leaves agrees to nothing any more. A helper for use cases."""
    given = [line["purpose"] for line in await newest_consents(member_id) if line["given"]]
    withdrawn = dict.fromkeys(given, False)
    await record_consents(shop, person, member_id, withdrawn, shown_text=shown_text, key=key)


async def record_consents(
    shop: Shop,
    person: Person,
    member_id: int | None,
    given: Mapping[Purpose, bool] | Mapping[str, bool],
    *,
    shown_text: str,
    key: str,
) -> None:
    """One row a purpose, with the text kept word for word. A helper for use cases."""
    text_hash = hash_of(shown_text)
    await keep_consent_text(text_hash, shown_text, shop.now())
    for purpose, is_given in given.items():
        await add_consent(
            follower_id=person.follower_id,
            member_id=member_id,
            purpose=str(purpose),
            given=is_given,
            text_version=text_hash[:12],
            text_hash=text_hash,
            channel=f"chat:{person.account}",
            key=key,
            recorded_at=shop.now(),
        )
