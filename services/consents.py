"""Consents (同意): what was agreed to or withdrawn, to which text; every step is a new row."""

import hashlib
from collections.abc import Mapping

from loyalty.people import Purpose
from loyalty.person import Person
from services.shop import Shop
from storage.people import add_consent, keep_consent_text
from storage.transactions import transactional


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transactional
async def withdraw_marketing(shop: Shop, person: Person, *, shown_text: str, key: str) -> None:
    """No marketing from now on; the same message again changes nothing."""
    given = {Purpose.MARKETING: False}
    await record_consents(shop, person, person.member_id, given, shown_text=shown_text, key=key)


async def record_consents(
    shop: Shop,
    person: Person,
    member_id: int | None,
    given: Mapping[Purpose, bool],
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
            purpose=purpose.value,
            given=is_given,
            text_version=text_hash[:12],
            text_hash=text_hash,
            channel=f"chat:{person.account}",
            key=key,
            recorded_at=shop.now(),
        )
