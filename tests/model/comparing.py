"""The model against the tables (比对): every figure of every member, and the laws of the ledger.

The numbers are those of docs and reviews: I1 to I20, each that can be asked of the tables.
"""

from datetime import date
from typing import Any

from services.custody.verify import verify_ledger
from services.ledger.points import points_balance
from services.shop import Shop
from services.wallet.balance import stored_value
from storage.sql import rows
from tests.model.coupon_model import CouponModel
from tests.model.shop_model import RUNG_CODES, ModelMember, ShopModel

Rows = list[dict[str, Any]]

ACCOUNTS = "SELECT member_id, unit, balance, debt, held FROM ledger_accounts WHERE name = 'member'"
LOTS = """
SELECT a.member_id, a.unit, l.amount, l.remaining, l.held, l.expires_on
  FROM lots l JOIN ledger_accounts a ON a.id = l.account_id WHERE l.remaining > 0
"""
COUPONS = "SELECT code, member_id, uses_left, state, ends_on, offered_at FROM coupons"
RUNGS = "SELECT member_id, tier FROM member_tiers"
USES = "SELECT c.code, u.state FROM coupon_uses u JOIN coupons c ON c.id = u.coupon_id"
CLAIMS = "SELECT till_id, receipt_seq, state FROM claims"
HOLDS = "SELECT till_id, receipt_no, state, captured_fen, returned_fen FROM wallet_holds"
LAWS = {
    "I1 the entries of each transaction sum to nothing": """
SELECT e.transaction_id FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
 GROUP BY e.transaction_id, a.unit HAVING SUM(e.amount) <> 0
""",
    "I2 all accounts sum to nothing": """
SELECT a.unit FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
 GROUP BY a.unit HAVING SUM(e.amount) <> 0
""",
    "I3 I12 a balance is its entries and its lots": """
SELECT a.id FROM ledger_accounts a
 WHERE a.name = 'member' AND (
       a.balance <> COALESCE((SELECT SUM(amount) FROM ledger_entries WHERE account_id = a.id), 0)
    OR (a.unit <> 'growth' AND a.balance <>
        COALESCE((SELECT SUM(remaining) FROM lots WHERE account_id = a.id), 0)))
""",
    "I4 nothing is below zero, and no more is held than there is": """
SELECT id FROM ledger_accounts
 WHERE name = 'member' AND (balance < 0 OR debt < 0 OR held < 0 OR held > balance)
 UNION ALL SELECT id FROM lots WHERE remaining < 0 OR held < 0 OR held > remaining
 UNION ALL SELECT id FROM coupons WHERE uses_left < 0
""",
    "I5 every debit is drawn from lots, and no lot gives more than it has": """
SELECT e.id FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
  LEFT JOIN (SELECT entry_id, SUM(amount) AS drawn FROM lot_allocations GROUP BY entry_id) x
    ON x.entry_id = e.id
 WHERE a.name = 'member' AND a.unit <> 'growth' AND e.amount < 0
   AND COALESCE(x.drawn, 0) <> e.amount
 UNION ALL SELECT l.id FROM lots l
  LEFT JOIN (SELECT lot_id, SUM(amount) AS drawn FROM lot_allocations GROUP BY lot_id) x
    ON x.lot_id = l.id
 WHERE l.remaining <> l.amount + COALESCE(x.drawn, 0) OR l.remaining > l.amount
""",
    "I7 a key has one transaction": """
SELECT key FROM ledger_transactions GROUP BY key HAVING COUNT(*) > 1
""",
    "I8 what is undone of a transaction is no more than it": """
SELECT o.id FROM (
  SELECT t.id, e.account_id, SUM(e.amount) AS moved FROM ledger_transactions t
    JOIN ledger_entries e ON e.transaction_id = t.id GROUP BY t.id, e.account_id) o
  JOIN ledger_accounts a ON a.id = o.account_id
  JOIN (SELECT t.reverses_id, e.account_id, SUM(e.amount) AS moved FROM ledger_transactions t
    JOIN ledger_entries e ON e.transaction_id = t.id
   WHERE t.reverses_id IS NOT NULL GROUP BY t.reverses_id, e.account_id) r
    ON r.reverses_id = o.id AND r.account_id = o.account_id
 WHERE a.member_id IS NULL AND ABS(r.moved) > ABS(o.moved)
""",
    "I10 a hold ends once and takes no more than was held": """
SELECT id FROM wallet_holds WHERE captured_fen > amount_fen OR returned_fen > captured_fen
    OR (state = 'captured') <> (transaction_id IS NOT NULL)
    OR (state = 'open') <> (ended_at IS NULL)
""",
    "I11 a receipt is claimed by one": """
SELECT till_id, receipt_seq FROM claims GROUP BY till_id, receipt_seq HAVING COUNT(*) > 1
""",
    "I16 principal goes by a payment, a refund of the card, or to whom a member became": """
SELECT t.id, t.kind, t.key FROM ledger_transactions t
  JOIN ledger_entries e ON e.transaction_id = t.id
  JOIN ledger_accounts a ON a.id = e.account_id
 WHERE a.unit = 'principal' AND a.name = 'member' AND e.amount < 0
   AND t.key NOT LIKE 'hold:%' AND t.key NOT LIKE 'card:%' AND t.key NOT LIKE '%merge:%'
""",
    "I19 everything says who did it and why": """
SELECT id FROM ledger_transactions
 WHERE COALESCE(actor, '') = '' OR cause IS NULL OR cause = '{}' OR cause NOT LIKE '%"what"%'
""",
}


# One statement, because it is asked after every step.
ALL_LAWS = " UNION ALL ".join(
    f"SELECT '{law}' AS law, COUNT(*) AS broken FROM ({sql}) AS found HAVING COUNT(*) > 0"
    for law, sql in LAWS.items()
)


async def laws_broken() -> list[dict[str, Any]]:
    return await rows(ALL_LAWS)


async def complaints(shop: Shop) -> tuple[object, ...]:
    """I1 to I12 and I20 as the program verifies itself."""
    return (await verify_ledger(shop)).complaints


async def compare(shop: Shop, model: ShopModel, coupons: CouponModel) -> None:
    """Raises AssertionError for the first figure that differs."""
    await compare_figures(model)
    lots = await rows(LOTS)
    for member in model.everybody:
        own = [line for line in lots if line["member_id"] == member.id]
        same(_point_lots(own), _modelled_points(member), member.name)
        same(_value_lots(own), _modelled_value(member), member.name)
        await _compare_told(shop, model, member)
    await _compare_coupons(model, coupons)
    await _compare_receipts(model)


async def compare_figures(model: ShopModel) -> None:
    """Every account of every member, and the rung."""
    accounts = await rows(ACCOUNTS)
    places = {line["member_id"]: RUNG_CODES.index(line["tier"]) for line in await rows(RUNGS)}
    for member in model.everybody:
        figures = {line["unit"]: line for line in accounts if line["member_id"] == member.id}
        same(_figures(figures), _modelled(model, member), member.name)
        place, deserved = places.get(member.id, 0), model.deserved_place(member)
        member.highest = max(member.highest, deserved)
        assert deserved <= place <= member.highest, (member.name, deserved, place)
        member.place = place


def same(found: object, modelled: object, what: str) -> None:
    """Outside pytest the figures have to be told."""
    assert found == modelled, f"{what}: {found} in the tables, {modelled} in the model"


async def _compare_told(shop: Shop, model: ShopModel, member: ModelMember) -> None:
    """I17: what may be spent is what is live; pending points are told apart."""
    told = await points_balance(shop, member.id)
    live = member.points.balance(model.today)
    assert (told.points, told.debt) == (live, member.points.debt), member.name
    stored = await stored_value(shop, member.id)
    pairs, today = member.wallet.pairs, model.today
    overdue = [hold for hold in member.wallet.holds if hold.is_overdue(model.now)]
    freed = sum(share.principal for hold in overdue for share in hold.shares)
    principal = sum(pair.principal.left - pair.principal.held for pair in pairs) + freed
    assert stored.principal_fen == principal, member.name
    kept = [pair.bonus for pair in pairs if not pair.bonus.has_ended(today)]
    live_bonus = sum(half.left - half.held for half in kept)
    live_bonus += sum(
        share.bonus
        for hold in overdue
        for share in hold.shares
        if not share.pair.bonus.has_ended(today)
    )
    assert stored.bonus_fen == live_bonus, member.name


async def _compare_coupons(model: ShopModel, coupons: CouponModel) -> None:
    found = {
        line["code"]: (
            line["member_id"],
            line["uses_left"],
            line["state"],
            line["ends_on"],
            line["offered_at"] is not None,
        )
        for line in await rows(COUPONS)
    }
    modelled = {
        copy.code: (
            copy.owner.id,
            copy.left,
            copy.state,
            copy.ends_on.isoformat(),
            copy.is_offered,
        )
        for copy in coupons.copies
    }
    same(found, modelled, "coupons")
    uses = sorted((line["code"], line["state"]) for line in await rows(USES))
    used = sorted((copy.code, use.state) for copy in coupons.copies for use in copy.uses)
    same(uses, used, "uses")


async def _compare_receipts(model: ShopModel) -> None:
    claims = {(line["till_id"], line["receipt_seq"]): line["state"] for line in await rows(CLAIMS)}
    modelled = {(r.till, r.sequence): r.claim.state for r in model.receipts if r.claim}
    same(claims, modelled, "claims")
    holds = {
        (line["till_id"], line["receipt_no"]): (
            line["state"],
            line["captured_fen"],
            line["returned_fen"],
        )
        for line in await rows(HOLDS)
    }
    kept = {
        place: (
            hold.state,
            hold.payment.total if hold.payment else 0,
            hold.payment.back if hold.payment else 0,
        )
        for place, hold in model.holds.items()
    }
    same(holds, kept, "holds")


def _figures(accounts: dict[str, dict[str, Any]]) -> dict[str, tuple[int, int, int]]:
    nothing = {"balance": 0, "debt": 0, "held": 0}
    found = {}
    for unit in ("points", "growth", "principal", "bonus"):
        line = accounts.get(unit, nothing)
        found[unit] = (line["balance"], line["debt"], line["held"])
    return found


def _modelled(model: ShopModel, member: ModelMember) -> dict[str, tuple[int, int, int]]:
    wallet = member.wallet
    held = sum(pair.principal.held for pair in wallet.pairs)
    held_bonus = sum(pair.bonus.held for pair in wallet.pairs)
    return {
        "points": (member.points.booked, member.points.debt, 0),
        "growth": (model.growth(member), 0, 0),
        "principal": (wallet.principal, 0, held),
        "bonus": (wallet.bonus, 0, held_bonus),
    }


def _point_lots(lots: Rows) -> list[tuple[str, int]]:
    points = [line for line in lots if line["unit"] == "points"]
    return sorted((line["expires_on"], line["remaining"]) for line in points)


def _modelled_points(member: ModelMember) -> list[tuple[str, int]]:
    return sorted((lot.ends_on.isoformat(), lot.left) for lot in member.points.lots if lot.left)


def _value_lots(lots: Rows) -> list[tuple[str, int, int, int]]:
    value = [line for line in lots if line["unit"] in ("principal", "bonus")]
    return sorted(
        (line["expires_on"] or "", line["amount"], line["remaining"], line["held"])
        for line in value
    )


def _modelled_value(member: ModelMember) -> list[tuple[str, int, int, int]]:
    halves = [half for pair in member.wallet.pairs for half in (pair.principal, pair.bonus)]
    return sorted(
        (_text(half.ends_on), half.amount, half.left, half.held) for half in halves if half.left
    )


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
