"""Money back for a card (退卡): its principal is paid out by the legal figure.

All of these are helpers for use cases: who may do it, and who confirms, is decided there.
"""

import json
from dataclasses import asdict, replace
from typing import Any

from loyalty.ledger import Unit
from loyalty.money import yuan_text
from loyalty.refusals import Refusal
from loyalty.wallet import CardRefund, Pair, card_refund_figures
from loyalty.wallet_ledger import pay_out
from services.ledger.posting import LockedAccounts, lock_accounts, post
from services.shop import Shop
from services.wallet.hold_steps import WALLET_UNITS, pairs_of, release_overdue
from storage.ledger import transaction_by_key
from storage.wallet import end_topups_of, lapsed_by_lot, late_bonus

CARD_WORDS = ("paid", "given", "used", "used_principal", "lapsed_bonus", "void_bonus", "refund")


class PaymentUnderWay(Refusal):
    """Something is held for a receipt; it has to end first."""

    wording = "wallet/payment_under_way"
    status = 409


class NothingStored(Refusal):
    wording = "wallet/nothing_stored"


async def card_figures(shop: Shop, member_id: int) -> CardRefund:
    """What giving the card back is worth now. Raises PaymentUnderWay, NothingStored."""
    _, pairs = await _whole_card(shop, member_id)
    return card_refund_figures(pairs)


async def refund_card(shop: Shop, member_id: int, *, key: str, actor: str) -> CardRefund:
    """Pay all principal out and void the bonus; the same key again tells the same figures."""
    await lock_accounts(member_id, WALLET_UNITS)
    done = await cause_of(key)
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


async def _whole_card(shop: Shop, member_id: int) -> tuple[LockedAccounts, list[Pair]]:
    accounts = await lock_accounts(member_id, WALLET_UNITS)
    await release_overdue(shop, member_id, accounts)
    pairs = await pairs_of(accounts)
    if not pairs:
        raise NothingStored
    if any(pair.principal.held or pair.bonus.held for pair in pairs):
        raise PaymentUnderWay
    return accounts, await _reckoned(pairs, accounts[Unit.BONUS].id)


async def _reckoned(pairs: list[Pair], bonus_account: int) -> list[Pair]:
    """With what lapsed, and what came back late, told apart from what was used."""
    late = await late_bonus(bonus_account)
    lapsed = await lapsed_by_lot(bonus_account)
    all_pairs = {pair.opened_by: pair for pair in [*pairs, *late]}
    return [
        replace(pair, bonus=replace(pair.bonus, lapsed=lapsed.get(pair.bonus.id, 0)))
        for pair in all_pairs.values()
    ]


def _in_yuan(figures: CardRefund) -> dict[str, object]:
    return {name: yuan_text(getattr(figures, f"{name}_fen")) for name in CARD_WORDS}


async def cause_of(key: str) -> dict[str, Any] | None:
    """The cause of the transaction with this key; ask with the accounts locked."""
    done = await transaction_by_key(key)
    return None if done is None else dict(json.loads(done["cause"]))
