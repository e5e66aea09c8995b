"""Consents (同意): withdrawing what was agreed to; every step is a new row, nothing is edited."""

import hashlib

from loyalty.people import Purpose
from loyalty.person import Person
from services.shop import Shop
from storage.people import add_consent
from storage.transactions import transactional


@transactional
async def withdraw_marketing(shop: Shop, person: Person, *, shown_text: str, key: str) -> None:
    """No marketing from now on; the same message again changes nothing."""
    text_hash = hashlib.sha256(shown_text.encode()).hexdigest()
    await add_consent(
        follower_id=person.follower_id,
        member_id=person.member_id,
        purpose=Purpose.MARKETING.value,
        given=False,
        text_version=text_hash[:12],
        text_hash=text_hash,
        channel=f"chat:{person.account}",
        key=key,
        recorded_at=shop.now(),
    )
