"""Money back (退卡、撤销充值): a card given back, and a top-up withdrawn while it is unused.

All of these are helpers for use cases: who may do it, and who confirms, is decided there.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from loyalty.ledger import Unit
from loyalty.money import yuan_text
from loyalty.refusals import Refusal
from loyalty.wallet import CardRefund, Pair, card_refund_figures
from loyalty.wallet_ledger import pay_out
from services.hold_steps import WALLET_UNITS, pairs_of, release_overdue
from services.ledger import LockedAccounts, lock_accounts, post
from services.shop import Shop
from storage.instants import from_ms
from storage.ledger import transaction_by_key
from storage.wallet import end_topup, end_topups_of, lapsed_by_lot, topup_by_id

CARD_WORDS = ("paid", "given", "used", "used_principal", "lapsed_bonus", "void_bonus", "refund")


class PaymentUnderWay(Refusal):
    """Something is held for a receipt; it has to end first."""

    wording = "wallet/payment_under_way"
    status = 409


class NothingStored(Refusal):
    wording = "wallet/nothing_stored"


class TopUpUsed(Refusal):
    """Something was paid from it, or it has been withdrawn or refunded before."""

    wording = "wallet/topup_used"
    status = 409


class TooLateToWithdraw(Refusal):
    wording = "wallet/too_late_to_withdraw"

    def __init__(self, *, days: int) -> None:
        super().__init__(days=days)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The payer gets `paid_fen` back; the bonus is void."""

    member_id: int
    paid_fen: int
    void_bonus_fen: int


async def card_figures(shop: Shop, member_id: int) -> CardRefund:
    """What giving the card back is worth now. Raises PaymentUnderWay, NothingStored."""
    _, pairs = await _whole_card(shop, member_id)
    return card_refund_figures(pairs)


async def refund_card(shop: Shop, member_id: int, *, key: str, actor: str) -> CardRefund:
    """Pay all principal out and void the bonus; the same key again tells the same figures."""
    await lock_accounts(member_id, WALLET_UNITS)
    done = await _cause_of(key)
    if done is not None:
        return CardRefund(**done["figures"])
    accounts, pairs = await _whole_card(shop, member_id)
    figures = card_refund_figures(pairs)
    cause = {
        "what": "card_refund",
        **_in_yuan(figures),
        "figures": asdict(figures),
        "rules": shop.rules.version,
    }
    transaction = pay_out(member_id, pairs, cause=cause)
    await post(shop, transaction, accounts, key=key, actor=actor, occurred_at=shop.now())
    await end_topups_of(member_id, "refunded")
    return figures


async def withdraw_topup(shop: Shop, topup_id: int, *, key: str, actor: str) -> Withdrawal:
    """Take back an unused top-up within the days the shop gives; once per key."""
    topup = await topup_by_id(topup_id)
    assert topup is not None, topup_id
    accounts = await lock_accounts(topup["member_id"], WALLET_UNITS)
    done = await _cause_of(key)
    if done is not None:
        return Withdrawal(**done["withdrawal"])
    days = shop.rules.wallet.withdraw_days
    if shop.now() > from_ms(topup["recorded_at"]) + timedelta(days=days):
        raise TooLateToWithdraw(days=days)
    await release_overdue(shop, topup["member_id"], accounts)
    pair = await _unused_pair(shop, topup, accounts)
    if not await end_topup(topup_id, "withdrawn"):
        raise TopUpUsed
    withdrawal = Withdrawal(topup["member_id"], topup["paid_fen"], pair.bonus.left)
    cause = {
        "what": "withdrawn_topup",
        "yuan": yuan_text(withdrawal.paid_fen),
        "bonus": yuan_text(withdrawal.void_bonus_fen),
        "topup_id": topup_id,
        "days": days,
        "withdrawal": asdict(withdrawal),
        "rules": shop.rules.version,
    }
    transaction = pay_out(topup["member_id"], [pair], cause=cause)
    await post(shop, transaction, accounts, key=key, actor=actor, occurred_at=shop.now())
    return withdrawal


async def _unused_pair(shop: Shop, topup: Mapping[str, Any], accounts: LockedAccounts) -> Pair:
    """The pair the top-up opened, as whole as it was; bonus that lapsed by itself was not used."""
    today = shop.today()
    for pair in await pairs_of(accounts):
        if pair.opened_by == topup["transaction_id"]:
            if pair.principal.held or pair.bonus.held:
                raise PaymentUnderWay
            ends_on = pair.bonus.expires_on
            has_lapsed = ends_on is not None and ends_on < today
            if pair.principal.used or (pair.bonus.used and not has_lapsed):
                raise TopUpUsed
            return pair
    raise TopUpUsed


async def _whole_card(shop: Shop, member_id: int) -> tuple[LockedAccounts, list[Pair]]:
    accounts = await lock_accounts(member_id, WALLET_UNITS)
    await release_overdue(shop, member_id, accounts)
    pairs = await pairs_of(accounts)
    if not pairs:
        raise NothingStored
    if any(pair.principal.held or pair.bonus.held for pair in pairs):
        raise PaymentUnderWay
    lapsed = await lapsed_by_lot(accounts[Unit.BONUS].id)
    told = [
        replace(pair, bonus=replace(pair.bonus, lapsed=lapsed.get(pair.bonus.id, 0)))
        for pair in pairs
    ]
    return accounts, told


def _in_yuan(figures: CardRefund) -> dict[str, object]:
    return {name: yuan_text(getattr(figures, f"{name}_fen")) for name in CARD_WORDS}


async def _cause_of(key: str) -> dict[str, Any] | None:
    """The cause of the transaction with this key; ask with the accounts locked."""
    done = await transaction_by_key(key)
    return None if done is None else dict(json.loads(done["cause"]))
