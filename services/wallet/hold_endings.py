"""Ends of holds (扣款、撤销): a till captures what it held, or voids it; each once.

Each call is answered again as it was answered first.
"""

import json

from loyalty.merging import MemberMerged
from loyalty.refusals import Refusal
from services.ledger.posting import LockedAccounts, lock_accounts
from services.org.tills import Till
from services.purchases.recorded import Answer, NumberConflict, Recorded
from services.shop import Shop
from services.wallet.balance import stored_value
from services.wallet.hold_steps import WALLET_UNITS, end_hold, is_running, release
from services.wallet.stored_payments import capture_hold
from storage.holds import Hold, hold_by_id, hold_of_till, is_paid, keep_end_answer
from storage.locks import lock_receipt_no
from storage.transactions import transactional


class HoldUnknown(Refusal):
    wording = "tills/hold_unknown"
    status = 404


class HoldEnded(Refusal):
    """It was ended the other way, or by another amount."""

    wording = "tills/hold_ended"
    status = 409


class HoldOverdue(Refusal):
    wording = "tills/hold_overdue"
    status = 410


class HoldAwaitsMember(Refusal):
    """The member has not agreed in chat yet."""

    wording = "tills/hold_awaits_member"
    status = 409


class PaidWithoutHold(Refusal):
    """Its purchase has arrived and took nothing of it: money taken now would be nobody's."""

    wording = "tills/paid_without_hold"
    status = 409


class MoreThanHeld(Refusal):
    wording = "tills/more_than_held"


@transactional
async def capture(shop: Shop, till: Till, hold_id: int, amount_fen: int | None) -> Recorded:
    """Take the held amount, or less of it; the rest is free again."""
    found, accounts = await _locked(till, hold_id)
    if found["state"] == "captured":
        return await _captured_again(till, found, amount_fen)
    _refuse_unless_open(shop, found)
    if await is_paid(till.till_no, found["receipt_no"]):
        raise PaidWithoutHold
    if found["awaits_member"]:
        raise HoldAwaitsMember
    wanted_fen = found["amount_fen"] if amount_fen is None else amount_fen
    if wanted_fen > found["amount_fen"]:
        raise MoreThanHeld
    captured = await capture_hold(shop, till, found, wanted_fen, accounts=accounts)
    answer = {
        "hold_id": hold_id,
        "state": "captured",
        "captured_fen": wanted_fen,
        "principal_fen": wanted_fen - captured.bonus_fen,
        "bonus_fen": captured.bonus_fen,
        "free_fen": (await stored_value(shop, found["member_id"])).available_fen,
    }
    return await _ended(hold_id, answer)


async def _captured_again(till: Till, found: Hold, amount_fen: int | None) -> Recorded:
    """The first answer; what its purchase captured is captured, whatever amount it came to."""
    wanted_fen = found["amount_fen"] if amount_fen is None else amount_fen
    by_purchase = found["end_answer"] is None
    if wanted_fen != found["captured_fen"] and not (by_purchase and amount_fen is None):
        raise NumberConflict
    if not by_purchase:
        return Recorded(json.loads(found["end_answer"]), is_replay=True)
    answer = {
        "hold_id": found["id"],
        "state": "captured",
        "captured_fen": found["captured_fen"],
        "principal_fen": found["captured_fen"] - found["captured_bonus_fen"],
        "bonus_fen": found["captured_bonus_fen"],
    }
    return Recorded(answer, is_replay=True)


@transactional
async def void(shop: Shop, till: Till, hold_id: int, amount_fen: int | None) -> Recorded:
    """Free the whole hold; an amount, where it is named, must be the hold's."""
    found, accounts = await _locked(till, hold_id)
    if amount_fen not in (None, found["amount_fen"]):
        raise HoldEnded if found["state"] != "open" else MoreThanHeld
    if found["state"] == "voided":
        return Recorded(json.loads(found["end_answer"]), is_replay=True)
    _refuse_unless_open(shop, found)
    await end_hold(shop, hold_id, "voided")
    await release(hold_id, accounts)
    free_fen = (await stored_value(shop, found["member_id"])).available_fen
    answer = {
        "hold_id": hold_id,
        "state": "voided",
        "released_fen": found["amount_fen"],
        "free_fen": free_fen,
    }
    return await _ended(hold_id, answer)


async def _locked(till: Till, hold_id: int) -> tuple[Hold, LockedAccounts]:
    """The hold as it stands once its receipt number and its member's accounts are locked."""
    found = await hold_of_till(till.till_no, hold_id)
    if found is None:
        raise HoldUnknown
    await lock_receipt_no(till.till_no, found["receipt_no"])
    accounts = await lock_accounts(found["member_id"], WALLET_UNITS)
    locked = await hold_by_id(hold_id)
    assert locked is not None, hold_id
    if locked["member_id"] != found["member_id"]:
        raise MemberMerged
    return locked, accounts


def _refuse_unless_open(shop: Shop, found: Hold) -> None:
    if is_running(shop, found):
        return
    raise HoldOverdue if found["state"] in ("open", "expired") else HoldEnded


async def _ended(hold_id: int, answer: Answer) -> Recorded:
    await keep_end_answer(hold_id, json.dumps(answer))
    return Recorded(answer, is_replay=False, status=200)
