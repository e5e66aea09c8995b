"""Upgrading (升级) a shop that has history: what the first release wrote is worth as much after."""

import json
from collections.abc import AsyncIterator

import pytest

from storage.database import DatabaseAddress, close_database, open_database
from storage.migrate import _apply, known_migrations, migrate
from storage.sql import rows

FIRST_RELEASE = ("0001", "0002", "0003", "0004", "0005")
# One member with a purchase of 32 yuan, a purchase nobody claimed, and three coupons.
HISTORY = """
INSERT INTO regions (id, code, name) VALUES (1, 'west', 'West');
INSERT INTO stores (id, code, region_id, name) VALUES (1, 'cd01', 1, 'Chunxi');
INSERT INTO stores (id, code, region_id, name) VALUES (2, 'cd02', 1, 'Kuanzhai');
INSERT INTO tills (id, code, store_id) VALUES (1, 'cd01-1', 1), (2, 'cd02-1', 2);
INSERT INTO members (id, member_no, joined_at, join_key) VALUES (1, '1', 1, 'join');
INSERT INTO ledger_accounts (id, member_id, unit, name, balance)
  VALUES (900, 1, 'points', 'member', 32);
INSERT INTO ledger_transactions (id, key, kind, cause, actor, occurred_at, recorded_at, digest)
  VALUES (1, 'purchase:1', 'earn', '{}', 'system', 1, 1, 'digest');
INSERT INTO ledger_entries (id, transaction_id, account_id, amount) VALUES (1, 1, 900, 32);
INSERT INTO lots (account_id, entry_id, amount, remaining, opened_at) VALUES (900, 1, 32, 32, 1);
INSERT INTO purchases (id, till_id, receipt_no, key_epoch, paid_at, paid_fen, lines, member_id,
    points, claim_until, fingerprint, recorded_at)
  VALUES (1, 1, 'R-1', 1, 1, 3200, '[]', 1, 32, 1, 'f', 1),
         (2, 2, 'R-1', 1, 1, 1800, '[]', NULL, 18, 1, 'f', 1);
INSERT INTO coupons (code, kind, member_id, terms, state, key, starts_on, ends_on, issued_at)
  VALUES ('A', 'welcome', 1, '{}', 'issued', 'a', '2027-01-01', '2027-02-01', 1),
         ('B', 'welcome', 1, '{}', 'used', 'b', '2027-01-01', '2027-02-01', 1),
         ('C', 'welcome', 1, '{}', 'void', 'c', '2027-01-01', '2027-02-01', 1);
INSERT INTO followers (id, account, openid, member_id, follows, changed_at, first_seen_at)
  VALUES (1, 'main', 'li', 1, TRUE, 1, 1);
INSERT INTO consent_texts (text_hash, text, first_used_at) VALUES ('hash', 'text', 1);
INSERT INTO consents (follower_id, member_id, purpose, given, text_version, text_hash, channel, key,
    recorded_at)
  VALUES (1, 1, 'marketing', TRUE, 'v', 'hash', 'chat:main', '1', 1),
         (1, 1, 'marketing', FALSE, 'v', 'hash', 'chat:main', '2', 2);
INSERT INTO holds (account_id, key, amount, state, expires_at) VALUES (900, 'h', 1, 'voided', 1);
"""
NOTICES = """
INSERT INTO members (id, member_no, joined_at, join_key) VALUES (1, '1', 1, 'join');
INSERT INTO followers (id, account, openid, member_id, follows, changed_at, first_seen_at)
  VALUES (1, 'main', 'left', 1, FALSE, 1, 1), (2, 'main', 'li', 1, TRUE, 1, 1);
INSERT INTO notices (key, member_id, class, wording, facts, due_at, created_at)
  VALUES ('old', 1, 'service', 'points/ending', '{"points": 4}', 1, 1),
         ('new', 1, 'service', 'points/ending', '{"points": 5}', 9000000000, 8000000000);
"""


@pytest.fixture
async def upgraded(empty_database: DatabaseAddress) -> AsyncIterator[None]:
    await open_database(empty_database, patient=True)
    for name in known_migrations():
        if name.startswith(FIRST_RELEASE):
            await _apply(name)
    for statement in filter(str.strip, HISTORY.split(";")):
        await rows(statement)
    await migrate()
    yield
    await close_database()


@pytest.mark.usefixtures("upgraded")
async def test_a_purchase_stands_for_what_it_earned_and_in_its_store() -> None:
    found = await rows(
        "SELECT store_id, earning, refunded_fen, points_standing, growth_standing, points_spent,"
        " stored_fen, credit_due_at FROM purchases ORDER BY id"
    )
    assert [tuple(line.values()) for line in found] == [
        (1, '{"per_yuan": 1}', 0, 32, 0, 0, 0, None),
        (2, '{"per_yuan": 1}', 0, None, None, 0, 0, None),
    ]


@pytest.mark.usefixtures("upgraded")
async def test_a_coupon_that_was_used_or_void_has_no_use_left() -> None:
    found = await rows("SELECT uses_left, hops, cause, offered_at FROM coupons ORDER BY code")
    assert [tuple(line.values()) for line in found] == [
        (uses_left, 0, "{}", None) for uses_left in (1, 0, 0)
    ]


@pytest.mark.usefixtures("upgraded")
async def test_a_lot_of_before_holds_nothing() -> None:
    assert await rows("SELECT remaining, held FROM lots") == [{"remaining": 32, "held": 0}]


@pytest.mark.usefixtures("upgraded")
async def test_the_holds_nobody_could_make_are_gone() -> None:
    with pytest.raises(Exception, match="holds"):
        await rows("SELECT 1 FROM holds")


@pytest.mark.usefixtures("upgraded")
async def test_who_wanted_no_offers_is_not_greeted_either() -> None:
    found = await rows("SELECT purpose, given, key FROM consents WHERE purpose = 'care'")
    assert [(line["purpose"], bool(line["given"]), line["key"]) for line in found] == [
        ("care", False, "2")
    ]


async def test_notices_of_the_last_week_become_messages(empty_database: DatabaseAddress) -> None:
    await open_database(empty_database, patient=True)
    for name in known_migrations():
        if name < "0023":
            await _apply(name)
    for statement in filter(str.strip, NOTICES.split(";")):
        await rows(statement)
    await migrate()
    [told] = await rows("SELECT key, member_id, openid, content, wait_until, lane FROM outbox")
    assert json.loads(told.pop("content")) == {
        "kind": "notice",
        "wording": "points/ending",
        "facts": {"points": 5},
    }
    assert told == {
        "key": "notice:new",
        "member_id": 1,
        "openid": "li",
        "wait_until": 9_000_000_000,
        "lane": 1,
    }
    await close_database()
