"""The schema (表结构): it matches the models, and it refuses what must never be."""

from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError

import storage.models
from services.shop import Shop
from storage.database import current_client, is_postgres
from storage.sql import rows
from tests.databases import only_postgres
from tests.storage.one_of_each import fill_every_table

POSTGRES_COLUMNS = """
SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns
WHERE table_schema = current_schema()
"""
SQLITE_COLUMNS = """
SELECT m.name AS table_name, c.name AS column_name, NOT (c."notnull" OR c.pk) AS nullable
FROM sqlite_master m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'
"""


@pytest.mark.usefixtures("shop")
async def test_models_and_migrations_name_the_same_tables_and_columns() -> None:
    found = await rows(POSTGRES_COLUMNS if is_postgres() else SQLITE_COLUMNS)
    migrated = {
        (line["table_name"], line["column_name"], bool(line["nullable"]))
        for line in found
        if line["table_name"] != "migrations"
    }
    modelled = {
        (model._meta.db_table, field.source_field or name, field.null)
        for model in Tortoise.apps["models"].values()
        for name, field in model._meta.fields_map.items()
    }
    assert migrated == modelled


def test_every_model_is_named_on_the_page_of_models() -> None:
    assert {name for name in dir(storage.models) if name[0].isupper()} == set(
        storage.models.__all__
    )


A_TILL = "INSERT INTO tills (id, code, store_id) SELECT {}, 'new', MIN(id) FROM stores"
AN_OWNER = "UPDATE ledger_accounts SET member_id = {} WHERE name = 'sold' AND unit = 'visits'"
AN_ENTRY = """
INSERT INTO ledger_entries (transaction_id, account_id, amount)
SELECT MIN(id), (SELECT MIN(id) FROM ledger_accounts), {} FROM ledger_transactions
"""
AN_ALLOCATION = """
INSERT INTO lot_allocations (entry_id, lot_id, amount) SELECT entry_id, id, {} FROM lots
"""
A_DRAW = """
INSERT INTO hold_draws (hold_id, lot_id, amount) SELECT hold_id, lot_id + 1, {} FROM hold_draws
"""
A_TIER_CHANGE = """
INSERT INTO tier_changes (key, member_id, from_tier, to_tier, reason, facts, changed_at)
SELECT 'new', member_id, from_tier, to_tier, {}, facts, 1 FROM tier_changes
"""
# PostgreSQL brings these itself.
INFORMATION_SCHEMA = {"cardinal_number_domain_check", "yes_or_no_check"}

APPEND_ONLY = (
    "ledger_transactions",
    "ledger_entries",
    "lot_allocations",
    "consents",
    "hold_draws",
    "tier_changes",
)
NOT_DELETED = (
    "tier_gifts",
    "lots",
    "claims",
    "coupons",
    "refunds",
    "coupon_uses",
    "coupon_gifts",
    "exchanges",
    "topups",
    "wallet_holds",
    "staff_invitations",
    "staff",
    "confirmations",
    "staff_actions",
)


@pytest.fixture
async def full_tables(shop: Shop) -> None:
    await fill_every_table(shop)


@pytest.mark.usefixtures("full_tables")
async def test_every_table_has_a_row_to_try_things_on() -> None:
    names = {model._meta.db_table for model in Tortoise.apps["models"].values()}
    assert [name for name in names if not await rows(f"SELECT 1 FROM {name} LIMIT 1")] == []


@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_history_is_neither_changed_nor_deleted(table: str) -> None:
    before = await rows(f"SELECT * FROM {table} ORDER BY id")
    assert before
    await refuses(f"UPDATE {table} SET id = id", f"{table} refuses UPDATE")
    await refuses(f"DELETE FROM {table}", f"{table} refuses DELETE")
    assert await rows(f"SELECT * FROM {table} ORDER BY id") == before


@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", NOT_DELETED)
async def test_what_was_given_is_not_deleted(table: str) -> None:
    assert await rows(f"SELECT id FROM {table}")
    await refuses(f"DELETE FROM {table}", f"{table} refuses DELETE")
    assert await rows(f"SELECT id FROM {table}")


@only_postgres
@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", [*APPEND_ONLY, *NOT_DELETED])
async def test_history_is_not_truncated(table: str) -> None:
    await refuses(f"TRUNCATE {table} CASCADE", "refuses DELETE")
    assert await rows(f"SELECT id FROM {table}")


async def refuses(statement: str, message: str) -> None:
    with pytest.raises(Exception, match=message):
        await rows(statement)


LEGAL_AND_NOT = [
    ("UPDATE installation SET id = {}", "1", ["0", "2"]),
    ("UPDATE installation SET clock_offset_ms = {}", "0", ["-1"]),
    ("UPDATE brands SET id = {}", "1", ["0", "2"]),
    ("UPDATE brands SET mode = {}", "'local'", ["'franchise'"]),
    (A_TILL, "16777215", ["0", "16777216"]),
    ("UPDATE till_keys SET epoch = {}", "255", ["-1", "256"]),
    ("UPDATE members SET state = {}", "'closed'", ["'frozen'"]),
    ("UPDATE ledger_accounts SET balance = {} WHERE name = 'member'", "50", ["-1"]),
    ("UPDATE ledger_accounts SET held = {} WHERE name = 'member'", "50", ["-1", "51"]),
    ("UPDATE ledger_accounts SET debt = {} WHERE name = 'member'", "1", ["-1"]),
    ("UPDATE ledger_accounts SET balance = {} WHERE name = 'issued'", "0", ["1"]),
    ("UPDATE ledger_accounts SET debt = {} WHERE name = 'issued'", "0", ["1"]),
    ("UPDATE ledger_accounts SET member_id = {} WHERE name = 'member'", "member_id", ["NULL"]),
    (AN_OWNER, "NULL", ["(SELECT MIN(id) FROM members)"]),
    (AN_ENTRY, "-1", ["0"]),
    ("UPDATE lots SET remaining = 0, amount = {}", "50", ["0", "-1"]),
    ("UPDATE lots SET remaining = {}", "50", ["-1", "51"]),
    ("UPDATE lots SET held = {}", "50", ["-1", "51"]),
    (AN_ALLOCATION, "1", ["0"]),
    ("INSERT INTO counters (name, used) VALUES ('new', {})", "0", ["-1"]),
    ("UPDATE outbox SET class = {}", "'promotion'", ["'spam'"]),
    ("UPDATE outbox SET state = {}", "'unknown'", ["'lost'"]),
    ("UPDATE outbox SET otherwise = {}", "'first_line'", ["'letter'"]),
    ("UPDATE job_runs SET state = {}", "'skipped'", ["'lost'"]),
    ("UPDATE claims SET state = {}", "'void'", ["'paid'"]),
    ("UPDATE purchases SET paid_fen = {}", "100", ["-1"]),
    ("UPDATE purchases SET points = {}", "0", ["-1"]),
    ("UPDATE purchases SET refunded_fen = {}", "100", ["-1", "101"]),
    ("UPDATE purchases SET points_standing = {}", "0", ["-1"]),
    ("UPDATE purchases SET growth_standing = {}", "0", ["-1"]),
    ("UPDATE purchases SET points_spent = {}", "100", ["-1"]),
    ("UPDATE purchases SET points_returned = {}", "100", ["-1", "101"]),
    ("UPDATE purchases SET stored_fen = {}", "100", ["-1"]),
    ("UPDATE purchases SET stored_bonus_fen = {}", "100", ["-1", "101"]),
    ("UPDATE purchases SET stored_returned_fen = {}", "100", ["-1", "101"]),
    ("UPDATE refunds SET amount_fen = {}", "1", ["0"]),
    ("UPDATE refunds SET state = {}", "'refused'", ["'lost'"]),
    ("UPDATE refunds SET refunded_fen = {}", "0", ["-1"]),
    ("UPDATE refunds SET lines = {}", "NULL", ["'[]'"]),
    ("UPDATE quotes SET points = {}", "0", ["-1"]),
    ("UPDATE quotes SET payable_fen = {}", "0", ["-1"]),
    ("UPDATE coupons SET state = {}", "'used'", ["'lost'"]),
    ("UPDATE coupons SET uses_left = {}", "0", ["-1"]),
    ("UPDATE coupons SET hops = {}", "0", ["-1"]),
    ("UPDATE coupon_uses SET state = {}", "'returned'", ["'lost'"]),
    ("UPDATE coupon_gifts SET state = {}", "'withdrawn'", ["'lost'"]),
    ("UPDATE exchanges SET points = {}", "1", ["0"]),
    ("UPDATE exchanges SET state = {}", "'returned'", ["'lost'"]),
    ("UPDATE topups SET paid_fen = {}", "1", ["0"]),
    ("UPDATE topups SET bonus_fen = {}", "0", ["-1"]),
    ("UPDATE topups SET state = {}", "'withdrawn'", ["'lost'"]),
    ("UPDATE wallet_holds SET amount_fen = {}", "100", ["0"]),
    ("UPDATE wallet_holds SET state = {}", "'expired'", ["'lost'"]),
    ("UPDATE wallet_holds SET captured_fen = {}", "100", ["-1", "101"]),
    ("UPDATE wallet_holds SET captured_bonus_fen = {}", "100", ["-1", "101"]),
    (A_DRAW, "1", ["0"]),
    (A_TIER_CHANGE, "'grace'", ["'luck'"]),
    ("UPDATE confirmations SET tries = {}", "5", ["-1"]),
    ("UPDATE wallet_holds SET returned_fen = {}", "100", ["-1", "101"]),
    ("UPDATE wallet_holds SET returned_bonus_fen = {}", "100", ["-1", "101"]),
    ("UPDATE notices SET class = {}", "'promotion'", ["'spam'"]),
    ("UPDATE staff SET role = {}", "'auditor'", ["'king'"]),
    ("UPDATE staff SET state = {}", "'stopped'", ["'lost'"]),
    ("UPDATE confirmations SET state = {}", "'dead'", ["'lost'"]),
]


@pytest.mark.usefixtures("full_tables")
async def test_every_check_refuses_what_must_not_be_and_nothing_else() -> None:
    for statement, legal, illegal in LEGAL_AND_NOT:
        await rows(statement.format(legal))
        for value in illegal:
            with pytest.raises(IntegrityError, match=r"(?i)check constraint"):
                await rows(statement.format(value))


@only_postgres
@pytest.mark.usefixtures("full_tables")
async def test_no_check_is_left_untried() -> None:
    checks = await rows("SELECT conname FROM pg_constraint WHERE contype = 'c'")
    hit: set[str] = set()
    for statement, _, illegal in LEGAL_AND_NOT:
        found = await checks_against(statement.format(illegal[0]))
        assert found, statement
        hit |= found
    assert hit == {check["conname"] for check in checks} - INFORMATION_SCHEMA


async def checks_against(statement: str) -> set[str]:
    """All checks that refuse it: each is taken away for a moment to see the next one behind it."""
    hit: set[str] = set()
    async with current_client().acquire_connection() as connection:
        around = connection.transaction()
        await around.start()
        while refused := await check_against(connection, statement):
            hit.add(str(refused.constraint_name))
            found = f"{refused.table_name} DROP CONSTRAINT {refused.constraint_name}"
            await connection.execute(f"ALTER TABLE {found}")
        await around.rollback()
    return hit


async def check_against(connection: Any, statement: str) -> asyncpg.CheckViolationError | None:
    try:
        async with connection.transaction():
            await connection.execute(statement)
    except asyncpg.CheckViolationError as refused:
        return refused
    except asyncpg.ForeignKeyViolationError:
        pass  # No check stood in the way.
    return None


# What makes a row a second one of its kind; what is `changed` keeps other uniques out of the way.
ONCE_FOR_EVER = [
    ("claims", ""),
    ("purchases", "receipt_seq = receipt_seq + 1"),
    ("purchases", "receipt_no = 'R-2'"),
    ("member_code_uses", ""),
    ("refunds", ""),
    ("quotes", "purchase_id = NULL"),
    ("quotes", "quote_id = 'other'"),
    ("ledger_transactions", ""),
    ("ledger_accounts", ""),
    ("ledger_accounts WHERE member_id IS NOT NULL", ""),
    ("outbox", ""),
    ("waiting_lines", ""),
    ("job_runs", ""),
    ("coupons", "code = 'other'"),
    ("coupons", "key = 'other'"),
    ("coupon_uses", ""),
    ("coupon_gifts", "token_hash = 'other', state = 'withdrawn'"),
    ("coupon_gifts", "key = 'other', state = 'withdrawn'"),
    ("coupon_gifts", "key = 'other', token_hash = 'other'"),
    ("exchanges", "coupon_id = -1"),
    ("exchanges", "key = 'other'"),
    ("topups", ""),
    ("wallet_holds", ""),
    ("hold_draws", ""),
    ("tier_changes", ""),
    ("tier_gifts", ""),
    ("notices", ""),
    ("followers", ""),
    ("consents", ""),
    ("members", "join_key = 'other', phone_index = 'other'"),
    ("members", "member_no = 'other', phone_index = 'other'"),
    ("members", "member_no = 'other', join_key = 'other'"),
    ("till_keys", "signs_requests = FALSE"),
    ("till_keys", "epoch = 9"),
    ("tills", ""),
    ("stores", ""),
    ("regions", ""),
    ("rules", ""),
    ("staff_invitations", ""),
    ("staff", "state = 'stopped'"),
    ("staff", "invitation_id = -1"),
    ("confirmations", "done_key = NULL, state = 'done'"),
    ("confirmations", "key = 'other', state = 'done'"),
    ("confirmations", "key = 'other', done_key = NULL"),
    ("staff_actions", ""),
]


@pytest.mark.usefixtures("full_tables")
async def test_what_happens_once_for_ever_is_refused_a_second_time() -> None:
    for table, changed in ONCE_FOR_EVER:
        with pytest.raises(IntegrityError, match=r"(?i)unique constraint"):
            await rows(second_of(table, changed))
        assert await rows(f"SELECT 1 FROM {table}")


UNIQUE_INDEXES = """
SELECT indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE i.indisunique AND NOT i.indisprimary AND c.relnamespace = current_schema()::regnamespace
"""


@only_postgres
@pytest.mark.usefixtures("full_tables")
async def test_no_unique_index_is_left_untried() -> None:
    hit = set()
    for table, changed in ONCE_FOR_EVER:
        with pytest.raises(IntegrityError) as refused:
            await rows(second_of(table, changed))
        assert isinstance(refused.value.__cause__, asyncpg.UniqueViolationError)
        hit.add(refused.value.__cause__.constraint_name)
    assert hit == {index["name"] for index in await rows(UNIQUE_INDEXES)}


def second_of(table: str, changed: str) -> str:
    """The first row again under another id, in some columns perhaps another value."""
    name, _, where = table.partition(" ")
    model = next(
        model for model in Tortoise.apps["models"].values() if model._meta.db_table == name
    )
    names = [field.source_field or name for name, field in model._meta.fields_map.items()]
    names.remove("id")
    others = dict(change.split(" = ") for change in changed.split(", ") if change)
    values = [others.get(name, name) for name in names]
    places = f"{', '.join(names)}) SELECT {', '.join(values)}"
    return f"INSERT INTO {name} ({places} FROM {name} {where} ORDER BY id LIMIT 1"
