"""Top-ups (充值): money paid at a counter becomes principal, with bonus by the best offer."""

import json
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.ledger import Unit
from loyalty.money import yuan_text
from loyalty.refusals import Refusal
from loyalty.shop_file.terms import TopUpOffer
from loyalty.wallet import best_offer
from loyalty.wallet_ledger import open_pair
from services.ledger.posting import LockedAccounts, lock_accounts, post
from services.org.tills import Till
from services.purchases.member_codes import read_code, use_code
from services.purchases.recorded import Answer, Recorded, replayed
from services.shop import Shop
from services.wallet.balance import stored_value
from services.wallet.hold_steps import WALLET_UNITS
from services.wallet.topup_words import tell_topped_up
from storage.models import Member
from storage.transactions import transactional
from storage.wallet import finish_topup, insert_topup, topup_by_number

# More is a slip of the keys, not an offer.
MOST_BONUS_PER_PAID = 2


class OverLimit(Refusal):
    """A registered card may not hold more principal (field-rules D5)."""

    wording = "tills/over_wallet_limit"

    def __init__(self, *, limit_fen: int, principal_fen: int) -> None:
        room_fen = max(0, limit_fen - principal_fen)
        super().__init__(
            limit=yuan_text(limit_fen), principal=yuan_text(principal_fen), room=yuan_text(room_fen)
        )


class TooMuchBonus(Refusal):
    wording = "tills/too_much_bonus"


@dataclass(frozen=True, slots=True)
class TopUpRequest:
    """Without `bonus_fen` the best offer counts; `fingerprint` is equal for equal JSON values."""

    topup_no: str
    member_code: str
    paid_fen: int
    bonus_fen: int | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Added:
    """What a top-up adds, and by which offer."""

    paid_fen: int
    bonus_fen: int
    offer: TopUpOffer | None

    def bonus_ends_on(self, today: date) -> date | None:
        days = self.offer.bonus_days if self.offer else None
        return None if days is None or not self.bonus_fen else today + timedelta(days=days)

    @property
    def offer_code(self) -> str | None:
        return self.offer.code if self.offer and self.bonus_fen else None


@transactional
async def top_up(shop: Shop, till: Till, request: TopUpRequest) -> Recorded:
    """Add what was paid and given to the code's member."""
    recorded = await take_top_up(shop, till, request)
    if not recorded.is_replay:
        await tell_topped_up(shop, till, recorded.answer)
    return recorded


async def take_top_up(
    shop: Shop, till: Till, request: TopUpRequest, *, member_id: int | None = None
) -> Recorded:
    """A helper for use cases: a top-up once per number of a till, for ever.

    With `member_id` the code was read and bound before, when this was asked for.
    """
    known = await topup_by_number(till.till_no, request.topup_no)
    if known is not None:
        return replayed(known, request.fingerprint)
    added = _added(shop, request)
    if member_id is None:
        reading = read_code(shop, request.member_code)
        member_id = await use_code(shop, reading, till, purpose="topup", reference=request.topup_no)
    accounts = await lock_accounts(member_id, WALLET_UNITS)
    topup_id = await insert_topup(
        till_id=till.till_no,
        topup_no=request.topup_no,
        member_id=member_id,
        paid_fen=added.paid_fen,
        bonus_fen=added.bonus_fen,
        state="done",
        fingerprint=request.fingerprint,
        recorded_at=shop.now(),
    )
    if topup_id is None:
        # Reported twice at the same moment: the other one is done by now.
        known = await topup_by_number(till.till_no, request.topup_no)
        assert known is not None, request.topup_no
        return replayed(known, request.fingerprint)
    refuse_over_limit(shop, accounts, added.paid_fen)
    transaction_id = await _post(
        shop, till, added, member_id=member_id, topup_id=topup_id, accounts=accounts
    )
    answer = await _answer(shop, till, added, member_id=member_id, topup_id=topup_id)
    text = json.dumps(answer, ensure_ascii=False)
    await finish_topup(topup_id, transaction_id=transaction_id, answer=text)
    return Recorded(answer, is_replay=False)


def _added(shop: Shop, request: TopUpRequest) -> _Added:
    offer = best_offer(shop.rules.topup_offers, request.paid_fen)
    by_offer_fen = offer.bonus_fen if offer else 0
    bonus_fen = by_offer_fen if request.bonus_fen is None else request.bonus_fen
    if bonus_fen > request.paid_fen * MOST_BONUS_PER_PAID and bonus_fen != by_offer_fen:
        raise TooMuchBonus
    return _Added(request.paid_fen, bonus_fen, offer)


def refuse_over_limit(shop: Shop, accounts: LockedAccounts, paid_fen: int) -> None:
    """Raises OverLimit."""
    principal_fen = accounts[Unit.PRINCIPAL].balance
    limit_fen = shop.rules.wallet.limit_fen
    if principal_fen + paid_fen > limit_fen:
        raise OverLimit(limit_fen=limit_fen, principal_fen=principal_fen)


async def _post(
    shop: Shop,
    till: Till,
    added: _Added,
    *,
    member_id: int,
    topup_id: int,
    accounts: LockedAccounts,
) -> int:
    ends_on = added.bonus_ends_on(shop.today())
    cause = {
        "what": "topup",
        "yuan": yuan_text(added.paid_fen),
        "bonus": yuan_text(added.bonus_fen),
        "bonus_ends_on": ends_on.isoformat() if ends_on else None,
        "offer": added.offer_code,
        "store": till.store_name,
        "topup_id": topup_id,
        "rules": shop.rules.version,
    }
    transaction = open_pair(
        member_id,
        paid_fen=added.paid_fen,
        bonus_fen=added.bonus_fen,
        opened_on=shop.today(),
        bonus_ends_on=ends_on,
        cause=cause,
    )
    key, actor = f"topup:{topup_id}", f"till:{till.code}"
    return await post(shop, transaction, accounts, key=key, actor=actor, occurred_at=shop.now())


async def _answer(
    shop: Shop, till: Till, added: _Added, *, member_id: int, topup_id: int
) -> Answer:
    member = await Member.get(id=member_id)
    stored = await stored_value(shop, member_id)
    ends_on = added.bonus_ends_on(shop.today())
    facts = {
        "brand": shop.rules.brand_name,
        "store": till.store_name,
        "member_no": member.member_no,
        "paid": yuan_text(added.paid_fen),
        "bonus": yuan_text(added.bonus_fen),
        "available": yuan_text(stored.available_fen),
    }
    return {
        "topup_id": topup_id,
        "member_no": member.member_no,
        "added_principal_fen": added.paid_fen,
        "added_bonus_fen": added.bonus_fen,
        "bonus_ends_on": ends_on.isoformat() if ends_on else None,
        "offer": added.offer_code,
        "principal_fen": stored.principal_fen,
        "bonus_fen": stored.bonus_fen,
        "receipt_text": shop.phrase("tills/receipt_topup", facts),
    }
