"""Paying with stored value (储值付款): what a hold keeps is taken from its member's lots.

All of these are helpers for use cases and run inside their transaction.
"""

from dataclasses import dataclass

from loyalty.merging import MemberMerged
from loyalty.money import yuan_text
from loyalty.refusals import Refusal
from loyalty.wallet import Pair, Share, shares_of_payment
from loyalty.wallet_ledger import pay
from services.ledger.posting import LockedAccounts, post
from services.messages.telling import tell_member
from services.org.tills import Till
from services.shop import Shop
from services.wallet.balance import stored_value
from services.wallet.hold_steps import end_hold, is_running, pairs_of, release, wallet_accounts
from services.wallet.stored_returns import give_back
from storage.holds import Hold, hold_by_id, hold_of_receipt, keep_capture


@dataclass(frozen=True, slots=True)
class Captured:
    """What of a purchase was paid with stored value, and how much of that was bonus."""

    stored_fen: int
    bonus_fen: int


NOTHING = Captured(0, 0)


class PaymentAwaitsMember(Refusal):
    """The hold of this receipt needs the member's yes; after it the purchase can be reported."""

    wording = "tills/payment_awaits_member"
    status = 409


async def capture_hold(
    shop: Shop, till: Till, hold: Hold, amount_fen: int, *, accounts: LockedAccounts
) -> Captured:
    """End an open hold by paying from it; what is held beyond the amount is free again."""
    await end_hold(shop, hold["id"], "captured")
    reserved = await release(hold["id"], accounts)
    pairs = await pairs_of(accounts, reserved)
    shares = shares_of_payment(pairs, amount_fen, shop.today())
    bonus_fen = sum(share.bonus_fen for share in shares)
    transaction_id = await post(
        shop,
        pay(hold["member_id"], shares, cause=_cause(shop, till, hold, pairs=pairs, shares=shares)),
        accounts,
        key=f"hold:{hold['id']}",
        actor=f"till:{till.code}",
        occurred_at=shop.now(),
    )
    await keep_capture(
        hold["id"],
        captured_fen=amount_fen,
        captured_bonus_fen=bonus_fen,
        transaction_id=transaction_id,
    )
    key = f"hold:{hold['id']}:paid"
    await _tell(shop, till, hold, "wallet/told_paid", amount_fen=amount_fen, key=key)
    return Captured(amount_fen, bonus_fen)


def _cause(
    shop: Shop, till: Till, hold: Hold, *, pairs: list[Pair], shares: list[Share]
) -> dict[str, object]:
    sizes = {lot.id: pair for pair in pairs for lot in (pair.principal, pair.bonus) if lot.id}
    drawn = []
    for share in shares:
        pair = sizes[share.principal_lot_id or share.bonus_lot_id]
        paid, given = pair.principal.amount, pair.bonus.amount
        mine = {"principal_fen": share.principal_fen, "bonus_fen": share.bonus_fen}
        drawn.append({"paid_fen": paid, "given_fen": given, **mine})
    return {
        "what": "paid_stored",
        "yuan": yuan_text(sum(share.total_fen for share in shares)),
        "principal": yuan_text(sum(share.principal_fen for share in shares)),
        "bonus": yuan_text(sum(share.bonus_fen for share in shares)),
        "store": till.store_name,
        "receipt_no": hold["receipt_no"],
        "hold_id": hold["id"],
        "pairs": drawn,
        "rules": shop.rules.version,
    }


async def member_of_hold(shop: Shop, till: Till, receipt_no: str) -> int | None:
    """Whose stored value is held for, or has paid, this receipt."""
    hold = await hold_of_receipt(till.till_no, receipt_no)
    if hold is None or not (hold["state"] == "captured" or is_running(shop, hold)):
        return None
    return int(hold["member_id"])


async def capture_for_purchase(
    shop: Shop,
    till: Till,
    receipt_no: str,
    *,
    paid_fen: int,
    accounts: LockedAccounts,
    member_id: int | None = None,
    purchase_id: int | None = None,
) -> Captured:
    """What of a purchase its receipt's hold pays: now, or captured before.

    An overdue hold pays nothing; one that awaits its member raises PaymentAwaitsMember. The member
    who pays may be another than the one who earns: `member_id` says whose the locked accounts are.
    """
    hold = await hold_of_receipt(till.till_no, receipt_no)
    if hold is None:
        return NOTHING
    payer_id = hold["member_id"]
    accounts = await wallet_accounts(payer_id, accounts, theirs=member_id)
    hold = await hold_by_id(hold["id"])
    assert hold is not None, receipt_no
    if hold["member_id"] != payer_id:
        raise MemberMerged
    if hold["state"] == "captured":
        return await _captured_before(shop, till, hold, paid_fen, accounts=accounts)
    if paid_fen == 0 or not is_running(shop, hold):
        return NOTHING
    if hold["awaits_member"]:
        raise PaymentAwaitsMember
    amount_fen = min(hold["amount_fen"], paid_fen)
    return await capture_hold(shop, till, hold, amount_fen, accounts=accounts)


async def _captured_before(
    shop: Shop, till: Till, hold: Hold, paid_fen: int, *, accounts: LockedAccounts
) -> Captured:
    """What was captured beyond the purchase goes back: nobody could return it later."""
    stored_fen = min(hold["captured_fen"], paid_fen)
    excess_fen = hold["captured_fen"] - stored_fen
    if not excess_fen:
        return Captured(stored_fen, hold["captured_bonus_fen"])
    key = f"hold:{hold['id']}:excess"
    bonus_fen = await give_back(shop, hold, excess_fen, key=key, accounts=accounts)
    await _tell(shop, till, hold, "wallet/told_excess", amount_fen=excess_fen, key=key)
    return Captured(stored_fen, hold["captured_bonus_fen"] - bonus_fen)


async def _tell(
    shop: Shop, till: Till, hold: Hold, wording: str, *, amount_fen: int, key: str
) -> None:
    left = await stored_value(shop, hold["member_id"])
    facts = {
        "store": till.store_name,
        "amount": yuan_text(amount_fen),
        "left": yuan_text(left.available_fen),
    }
    text = shop.phrase(wording, facts)
    await tell_member(shop, hold["member_id"], text, key=key, formal=(wording, facts))
