"""Verifying (核对): sound books give no complaint, and each kind of damage is found."""

import pytest

from services.custody.verify import verify_ledger
from services.shop import Shop
from storage.sql import change
from tests.databases import only_postgres
from tests.services.damaged_books import keep_books
from tests.shop_parts import MachineClock


@pytest.fixture
async def books(shop: Shop, clock: MachineClock) -> Shop:
    await keep_books(shop, clock)
    return shop


async def kinds_found(shop: Shop) -> set[str]:
    return {complaint.kind for complaint in (await verify_ledger(shop)).complaints}


async def test_sound_books_give_no_complaint(books: Shop) -> None:
    report = await verify_ledger(books)
    assert report.complaints == ()
    assert report.totals == (
        "8 transactions, 22 entries, 5 lots, 5 allocations, 2 audit rows, 0 complaints"
    )


async def test_an_empty_shop_is_sound(shop: Shop) -> None:
    assert (await verify_ledger(shop)).complaints == ()


A_SPEND = "(SELECT MAX(id) FROM ledger_transactions WHERE kind = 'spend')"
AN_EARNING = "(SELECT MIN(id) FROM ledger_transactions WHERE kind = 'earn')"
LAST_MEMBER = "(SELECT MAX(id) FROM ledger_accounts WHERE name = 'member')"


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (
            (
                f"UPDATE ledger_entries SET amount = amount + 1 WHERE transaction_id = {A_SPEND}"
                " AND amount > 0"
            ),
            "unbalanced_transaction",
        ),
        ("UPDATE ledger_entries SET amount = 33 WHERE amount = 32", "unbalanced_transaction"),
        (
            (
                f"UPDATE ledger_entries SET account_id = {LAST_MEMBER}"
                f" WHERE transaction_id = {AN_EARNING} AND amount > 0"
            ),
            "wrong_balance",
        ),
        (
            (
                "UPDATE ledger_entries SET account_id = (SELECT id FROM ledger_accounts"
                " WHERE unit = 'points' AND name = 'adjusted')"
                f" WHERE transaction_id = {A_SPEND} AND amount > 0"
            ),
            "altered_transaction",
        ),
        (
            f"DELETE FROM ledger_entries WHERE transaction_id = {A_SPEND} AND amount > 0",
            "unbalanced_transaction",
        ),
        (
            f"UPDATE ledger_accounts SET balance = balance + 1 WHERE id = {LAST_MEMBER}",
            "wrong_balance",
        ),
        ("UPDATE ledger_accounts SET debt = debt + 1 WHERE name = 'member'", "wrong_balance"),
        (
            f"UPDATE ledger_accounts SET unit = 'visits' WHERE id = {LAST_MEMBER}",
            "unbalanced_transaction",
        ),
        ("UPDATE lots SET remaining = remaining + 1 WHERE remaining < amount", "overdrawn_lot"),
        ("UPDATE lots SET amount = amount + 1", "overdrawn_lot"),
        ("DELETE FROM lot_allocations WHERE amount = -50", "loose_entry"),
        ("UPDATE lot_allocations SET amount = amount - 1", "loose_entry"),
        ("UPDATE lot_allocations SET lot_id = (SELECT MIN(id) FROM lots)", "overdrawn_lot"),
        ("UPDATE ledger_transactions SET cause = '{}'", "altered_transaction"),
        (
            "UPDATE ledger_transactions SET cause = REPLACE(cause, '32.00', '99.00')",
            "altered_transaction",
        ),
        (
            f"UPDATE ledger_transactions SET kind = 'adjust' WHERE id = {A_SPEND}",
            "altered_transaction",
        ),
        (
            f"UPDATE ledger_transactions SET digest = 'x' WHERE id = {A_SPEND}",
            "altered_transaction",
        ),
        (
            f"UPDATE ledger_transactions SET kind = 'bribe' WHERE id = {A_SPEND}",
            "altered_transaction",
        ),
        ("UPDATE claims SET member_id = (SELECT MAX(id) FROM members)", "claim_fault"),
        ("UPDATE purchases SET member_id = NULL", "claim_fault"),
        ("UPDATE ledger_transactions SET key = key || 'x'", "claim_fault"),
    ],
)
async def test_damage_is_found(books: Shop, damage: str, kind: str) -> None:
    assert await change(damage) > 0
    assert kind in await kinds_found(books)


@only_postgres
async def test_an_entry_of_no_account_is_found(books: Shop) -> None:
    """PostgreSQL does not look for the account itself (decision 36)."""
    assert await change("UPDATE ledger_entries SET account_id = 0 WHERE amount = 32") > 0
    assert await kinds_found(books) >= {"loose_row", "unbalanced_transaction"}


A_LOT = "(SELECT MAX(id) FROM lots WHERE remaining > 0)"
ITS_ENTRY = f"(SELECT entry_id FROM lots WHERE id = {A_LOT})"
FORGED = (
    f"UPDATE ledger_entries SET amount = amount + 1000 WHERE id = {ITS_ENTRY}",
    f"""UPDATE ledger_entries SET amount = amount - 1000 WHERE amount < 0 AND transaction_id =
    (SELECT transaction_id FROM ledger_entries WHERE id = {ITS_ENTRY})""",
    f"""UPDATE ledger_accounts SET balance = balance + 1000 WHERE id =
    (SELECT account_id FROM lots WHERE id = {A_LOT})""",
    f"UPDATE lots SET amount = amount + 1000, remaining = remaining + 1000 WHERE id = {A_LOT}",
)


async def test_a_forgery_that_adds_up_is_found_by_its_digest(books: Shop) -> None:
    """Entries, lot and balance agree with each other, but not with what was written."""
    for forged in FORGED:
        assert await change(forged) == 1
    assert await kinds_found(books) == {"altered_transaction"}


async def test_a_transaction_that_vanished_is_found(books: Shop) -> None:
    for table, column in (("lot_allocations", "entry_id"), ("ledger_entries", "id")):
        entries = f"SELECT id FROM ledger_entries WHERE transaction_id = {A_SPEND}"
        await change(f"DELETE FROM {table} WHERE {column} IN ({entries})")
    await change(f"DELETE FROM ledger_transactions WHERE id = {A_SPEND}")
    assert await kinds_found(books) >= {"wrong_balance", "overdrawn_lot"}


async def test_only_the_first_complaint_of_each_kind_is_told(books: Shop) -> None:
    await change("UPDATE ledger_accounts SET balance = balance + 1 WHERE name = 'member'")
    report = await verify_ledger(books)
    assert [complaint.kind for complaint in report.complaints] == ["wrong_balance"]
    assert report.totals.endswith(" 6 complaints"), "two units, and points against lots"
