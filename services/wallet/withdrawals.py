"""Top-ups withdrawn (撤销充值): the payer gets back what nothing was used of, for some days.

All of these are helpers for use cases: who may do it, and who confirms, is decided there.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from loyalty.money import yuan_text
from loyalty.refusals import Refusal
from loyalty.wallet import Pair
from loyalty.wallet_ledger import pay_out
from services.ledger.posting import LockedAccounts, lock_accounts, post
from services.shop import Shop
from services.wallet.card_refunds import PaymentUnderWay, cause_of
from services.wallet.hold_steps import WALLET_UNITS, pairs_of, release_overdue
from storage.instants import from_ms
from storage.sql import Row
from storage.wallet import done_topups_of, end_topup, topup_by_id


class NoTopUp(Refusal):
    """Nothing was topped up that has not been paid back."""

    wording = "wallet/no_topup"


class WithdrawalOff(Refusal):
    """The shop gives no days to withdraw."""

    wording = "wallet/withdrawal_off"


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


async def topup_to_withdraw(shop: Shop, member_id: int) -> Row:
    """The member's newest top-up of which nothing is used, within the days the shop gives.

    Raises WithdrawalOff, NoTopUp, TooLateToWithdraw, TopUpUsed, PaymentUnderWay.
    """
    days = shop.rules.wallet.withdraw_days
    if not days:
        raise WithdrawalOff
    accounts = await lock_accounts(member_id, WALLET_UNITS)
    await release_overdue(shop, member_id, accounts)
    topups = await done_topups_of(member_id)
    if not topups:
        raise NoTopUp
    recent = [topup for topup in topups if not _is_too_late(shop, topup)]
    if not recent:
        raise TooLateToWithdraw(days=days)
    for topup in recent:
        with suppress(TopUpUsed):
            await _unused_pair(shop, topup, accounts)
            return topup
    raise TopUpUsed


def _is_too_late(shop: Shop, topup: Row) -> bool:
    days = shop.rules.wallet.withdraw_days
    return shop.now() > from_ms(topup["recorded_at"]) + timedelta(days=days)


async def withdraw_topup(
    shop: Shop, topup_id: int, *, key: str, actor: str, is_undo: bool = False
) -> Withdrawal:
    """Take back an unused top-up within the days the shop gives; once per key.

    Staff who undo what they have just done need no days: an undo has its own few minutes.
    """
    topup = await topup_by_id(topup_id)
    assert topup is not None, topup_id
    accounts = await lock_accounts(topup["member_id"], WALLET_UNITS)
    done = await cause_of(key)
    if done is not None:
        return Withdrawal(**done["withdrawal"])
    days = shop.rules.wallet.withdraw_days
    if not is_undo and _is_too_late(shop, topup):
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
