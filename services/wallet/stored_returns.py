"""Stored value that comes back (退回储值): to the lots a purchase took it from, never as cash.

All of this happens inside the use case of a refund.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from loyalty.ledger import Unit
from loyalty.merging import MemberMerged
from loyalty.money import yuan_text
from loyalty.wallet import Share, shares_given_back
from loyalty.wallet_ledger import give_back_shares
from services.ledger.lot_owners import hold_owners
from services.ledger.posting import LockedAccounts, is_posted, post
from services.shop import Shop
from services.wallet.hold_steps import WALLET_UNITS, wallet_accounts
from storage.holds import Hold, count_return, drawn_by, hold_by_id, hold_of_purchase


async def return_stored(
    shop: Shop,
    purchase_id: int,
    amount_fen: int,
    *,
    key: str,
    accounts: LockedAccounts,
    member_id: int | None = None,
) -> int:
    """Give back so much of what a purchase took, to the lots it came from; never as cash.

    Returns what was given back: no more than is left of what was captured. Bonus whose lot has
    ended meanwhile gets a lot of its own for `return_days`. Once per key.
    """
    found = await hold_of_purchase(purchase_id)
    if found is None:
        return 0
    accounts = await wallet_accounts(found["member_id"], accounts, theirs=member_id)
    hold = await hold_by_id(found["id"])
    assert hold is not None, purchase_id
    if hold["member_id"] != found["member_id"]:
        raise MemberMerged
    amount_fen = min(amount_fen, hold["captured_fen"] - hold["returned_fen"])
    if amount_fen <= 0 or await is_posted(key):
        return 0
    await give_back(shop, hold, amount_fen, key=key, accounts=accounts)
    return amount_fen


async def give_back(
    shop: Shop, hold: Hold, amount_fen: int, *, key: str, accounts: LockedAccounts
) -> int:
    """Give back so much of what a hold captured; how much of it is bonus.

    `hold` was read with its member's accounts locked.
    """
    drawn, ended = await _drawn(shop, hold)
    now_given = shares_given_back(drawn, hold["returned_fen"] + amount_fen)
    given_before = shares_given_back(drawn, hold["returned_fen"])
    changed = [now.less(then) for now, then in zip(now_given, given_before, strict=True)]
    shares = [share for share in changed if share.total_fen]
    lots = [share.principal_lot_id or share.bonus_lot_id for share in shares]
    owners = await hold_owners(lots, hold["member_id"], accounts, units=WALLET_UNITS)
    for place, owner in enumerate(owners.members(lots)):
        await _post_return(
            shop,
            # As if each owner had paid what was theirs.
            {**hold, "member_id": owner},
            [
                share
                for share, lot_id in zip(shares, lots, strict=True)
                if owners.by_lot[lot_id] == owner
            ],
            ended=ended,
            key=f"{key}:{owner}" if place else key,
            accounts=owners.accounts.of(owner),
        )
    bonus_fen = sum(share.bonus_fen for share in shares)
    is_counted = await count_return(hold["id"], amount_fen, bonus_fen)
    assert is_counted, hold["id"]
    return bonus_fen


async def _post_return(
    shop: Shop,
    hold: Hold,
    shares: list[Share],
    *,
    ended: frozenset[int],
    key: str,
    accounts: LockedAccounts,
) -> None:
    late = [
        [share.bonus_lot_id, share.bonus_fen]
        for share in shares
        if share.bonus_fen and share.bonus_lot_id in ended
    ]
    late_fen = sum(fen for _, fen in late)
    kept = [
        Share(share.principal_lot_id, share.principal_fen, share.bonus_lot_id, 0)
        if share.bonus_lot_id in ended
        else share
        for share in shares
    ]
    late_ends_on = shop.today() + timedelta(days=shop.rules.points.return_days)
    cause = _cause(shop, hold, shares, late=late, late_ends_on=late_ends_on)
    transaction = give_back_shares(
        hold["member_id"],
        kept,
        late_bonus_fen=late_fen,
        returned_on=shop.today(),
        late_ends_on=late_ends_on,
        cause=cause,
    )
    await post(
        shop,
        transaction,
        accounts,
        key=key,
        actor="system",
        occurred_at=shop.now(),
        reverses_id=hold["transaction_id"],
    )


def _cause(
    shop: Shop, hold: Hold, shares: list[Share], *, late: list[list[int]], late_ends_on: date
) -> dict[str, object]:
    return {
        "what": "returned_stored",
        "yuan": yuan_text(sum(share.total_fen for share in shares)),
        "principal": yuan_text(sum(share.principal_fen for share in shares)),
        "bonus": yuan_text(sum(share.bonus_fen for share in shares)),
        "receipt_no": hold["receipt_no"],
        "hold_id": hold["id"],
        "late_bonus_fen": sum(fen for _, fen in late),
        "late_of_lots": late,
        "late_ends_on": late_ends_on.isoformat() if late else None,
        "rules": shop.rules.version,
    }


async def _drawn(shop: Shop, hold: Hold) -> tuple[list[Share], frozenset[int]]:
    """The shares a payment took, and which of their lots have ended since."""
    lines = await drawn_by(hold["transaction_id"])
    pairs: dict[int, dict[str, Any]] = {}
    for line in lines:
        pairs.setdefault(line["opened_by"], {})[line["unit"]] = (line["lot_id"], line["amount"])
    shares = [_share(halves) for halves in pairs.values()]
    today = shop.today()
    ended = [
        line["lot_id"]
        for line in lines
        if line["expires_on"] is not None and date.fromisoformat(line["expires_on"]) < today
    ]
    return shares, frozenset(ended)


def _share(halves: Mapping[str, tuple[int, int]]) -> Share:
    return Share(*halves.get(Unit.PRINCIPAL, (0, 0)), *halves.get(Unit.BONUS, (0, 0)))
