"""Consent to a hold (同意付款): above a limit the member says yes in chat before money moves.

The member reads the amount and the store, with a code bound to both and to this hold; the answer
`同意付款 CODE` is worth something only from the member's own chat.
"""

import hmac
from dataclasses import dataclass

from loyalty.money import yuan_text
from loyalty.refusals import Refusal
from services.messages.telling import tell_follower
from services.org.tills import Till
from services.shop import Shop
from storage.holds import Hold, member_agreed, newest_holds_of
from storage.instants import to_ms
from storage.limits import HOLD_CODE_FAILURES, is_spent, is_within
from storage.people import newest_follower_of
from storage.transactions import transactional

LOOKED_THROUGH = 20
DIGITS = 6


class NothingToAgreeTo(Refusal):
    """No hold of this member has the code, or there were too many wrong ones."""

    wording = "wallet/consent_unknown"


class ConsentTooLate(Refusal):
    wording = "wallet/consent_too_late"


@dataclass(frozen=True, slots=True)
class AgreedHold:
    amount_fen: int
    store_name: str


async def ask_member(
    shop: Shop, till: Till, hold_id: int, *, member_id: int, amount_fen: int
) -> None:
    """Queue the question. A helper for use cases; a member who follows nothing hears nothing."""
    follower = await newest_follower_of(member_id)
    if follower is None:
        return
    facts = {
        "store": till.store_name,
        "amount": yuan_text(amount_fen),
        "code": consent_code(shop, hold_id, member_id=member_id, amount_fen=amount_fen),
        "minutes": shop.rules.wallet.hold_minutes,
    }
    text = shop.phrase("wallet/ask_consent", facts)
    await tell_follower(shop, follower, text, key=f"hold:{hold_id}")


async def agree_to_hold(shop: Shop, member_id: int, code: str) -> AgreedHold:
    """The member says yes; the same code again hears the same. Guessing is limited."""
    subject = str(member_id)
    if await is_spent(shop.cache, HOLD_CODE_FAILURES, subject):
        raise NothingToAgreeTo
    try:
        return await _agree(shop, member_id, code)
    except NothingToAgreeTo:
        await is_within(shop.cache, HOLD_CODE_FAILURES, subject)
        raise


@transactional
async def _agree(shop: Shop, member_id: int, code: str) -> AgreedHold:
    found = await _hold_of_code(shop, member_id, code)
    if found["awaits_member"]:
        if found["state"] != "open" or found["expires_at"] <= to_ms(shop.now()):
            raise ConsentTooLate
        # Ended or agreed to at this very moment: the till or the member hears of it elsewhere.
        await member_agreed(found["id"])
    return AgreedHold(found["amount_fen"], found["store_name"])


async def _hold_of_code(shop: Shop, member_id: int, code: str) -> Hold:
    for found in await newest_holds_of(member_id, LOOKED_THROUGH):
        amount_fen = found["amount_fen"]
        expected = consent_code(shop, found["id"], member_id=member_id, amount_fen=amount_fen)
        if hmac.compare_digest(expected.encode(), code.encode()):
            return found
    raise NothingToAgreeTo


def consent_code(shop: Shop, hold_id: int, *, member_id: int, amount_fen: int) -> str:
    text = f"consent:{hold_id}:{member_id}:{amount_fen}".encode()
    digest = hmac.digest(shop.keys.key("member_code"), text, "sha256")
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"
