"""The schema (表结构): it matches the models, and it refuses what must never be."""

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError

import storage.models
from services.claims import claim_receipt
from services.jobs import begin
from services.outbox import queue_replies
from services.purchases import record_purchase
from services.shop import Shop
from storage.database import is_postgres
from storage.sql import rows
from tests.databases import only_postgres
from tests.shop_parts import a_member, a_receipt, a_report, a_till

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
INSERT INTO lot_allocations (entry_id, lot_id, amount) SELECT MIN(entry_id), MIN(id), -1 FROM lots
"""
A_HOLD = """
INSERT INTO holds (account_id, key, amount, state, expires_at)
SELECT id, 'hold', 10, 'open', 1 FROM ledger_accounts WHERE name = 'member' LIMIT 1
"""
# PostgreSQL brings these itself.
INFORMATION_SCHEMA = {"cardinal_number_domain_check", "yes_or_no_check"}

APPEND_ONLY = ("ledger_transactions", "ledger_entries", "lot_allocations", "consents")
NOT_DELETED = ("lots", "claims", "coupons", "holds")


@pytest.fixture
async def full_tables(shop: Shop) -> None:
    """A row in every table."""
    li, till = await a_member(shop), await a_till(shop)
    await record_purchase(shop, till, a_report(shop))
    await claim_receipt(shop, li, a_receipt(shop, till))
    await queue_replies(shop, account="main", openid="li", key="1", contents=[{}])
    await begin(shop, "job", shop.now(), "worker")
    for statement in (A_HOLD, AN_ALLOCATION):
        await rows(statement)


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
    (AN_ALLOCATION.replace("-1", "{}"), "1", ["0"]),
    ("UPDATE holds SET amount = {}", "10", ["0"]),
    ("UPDATE holds SET state = {}", "'voided'", ["'lost'"]),
    ("UPDATE holds SET captured = {}", "10", ["-1", "11"]),
    ("UPDATE purchases SET paid_fen = {}", "0", ["-1"]),
    ("UPDATE purchases SET points = {}", "0", ["-1"]),
    ("UPDATE claims SET state = {}", "'void'", ["'paid'"]),
    ("UPDATE coupons SET state = {}", "'used'", ["'lost'"]),
    ("UPDATE counters SET used = {}", "0", ["-1"]),
    ("UPDATE outbox SET class = {}", "'promotion'", ["'spam'"]),
    ("UPDATE outbox SET state = {}", "'unknown'", ["'lost'"]),
    ("UPDATE job_runs SET state = {}", "'skipped'", ["'lost'"]),
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
    hit = set()
    for statement, _, illegal in LEGAL_AND_NOT:
        with pytest.raises(IntegrityError) as refused:
            await rows(statement.format(illegal[0]))
        assert isinstance(refused.value.__cause__, asyncpg.CheckViolationError)
        hit.add(refused.value.__cause__.constraint_name)
    ours = {check["conname"] for check in checks} - INFORMATION_SCHEMA
    assert hit == ours


# What makes a row a second one of its kind; `changed` keeps other uniques out of the way.
ONCE_FOR_EVER = [
    ("claims", ""),
    ("purchases", "receipt_seq = receipt_seq + 1"),
    ("purchases", "receipt_no = 'R-2'"),
    ("ledger_transactions", ""),
    ("outbox", ""),
    ("job_runs", ""),
    ("holds", ""),
    ("coupons", "code = 'other'"),
    ("coupons", "key = 'other'"),
    ("followers", ""),
    ("consents", ""),
    ("members", "member_no = 'other'"),
    ("members", "join_key = 'other'"),
    ("till_keys", "signs_requests = FALSE"),
    ("till_keys", "epoch = 9"),
    ("tills", ""),
    ("stores", ""),
    ("regions", ""),
    ("rules", ""),
]


@pytest.mark.usefixtures("full_tables")
async def test_what_happens_once_for_ever_is_refused_a_second_time() -> None:
    for table, changed in ONCE_FOR_EVER:
        with pytest.raises(IntegrityError, match=r"(?i)unique constraint"):
            await rows(second_of(table, changed))
        assert await rows(f"SELECT 1 FROM {table}")


def second_of(table: str, changed: str) -> str:
    """The first row again under another id, in one column perhaps another value."""
    model = next(
        model for model in Tortoise.apps["models"].values() if model._meta.db_table == table
    )
    names = [field.source_field or name for name, field in model._meta.fields_map.items()]
    names.remove("id")
    column, _, value = changed.partition(" = ")
    values = [value if name == column else name for name in names]
    places = f"{', '.join(names)}) SELECT {', '.join(values)}"
    return f"INSERT INTO {table} ({places} FROM {table} ORDER BY id LIMIT 1"
