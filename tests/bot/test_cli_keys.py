"""`keys rotate` and `keys remove`: in production only with an owner's yes to exactly that."""

import json
import sqlite3
from contextlib import closing

import pytest

from tests.bot.cli_desk import SECRETS, Desk, Done, make_desk
from tests.bot.test_cli_shop import SHOP

WAITS = 3
A_STAFF = """
INSERT INTO followers (id, account, openid, follows, changed_at, first_seen_at)
VALUES (1, 'main', 'o1', 1, 0, 0);
INSERT INTO staff_invitations (id, code_hash, role, expires_at, created_at)
VALUES (1, 'h', 'owner', 0, 0);
INSERT INTO staff (id, follower_id, role, state, invitation_id, bound_at)
VALUES (1, 1, 'owner', 'active', 1, 0);
"""
APPROVED = "UPDATE operator_requests SET state = 'approved', approved_by = 1 WHERE state = 'open'"


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """In production, with an owner."""
    desk = make_desk(tmp_path_factory.mktemp("desk"))
    desk.in_production()
    for words in (("keys", "init"), ("migrate",), ("load", SHOP)):
        assert run(desk, *words).code == 0, words
    change(desk, A_STAFF)
    return desk


def run(desk: Desk, *words: str) -> Done:
    return desk.run(*words, environ=SECRETS)


def change(desk: Desk, script: str) -> None:
    with closing(sqlite3.connect(desk.database)) as database:
        database.executescript(script)


def ring(desk: Desk) -> str:
    return (desk.folder / "var" / "keys.toml").read_text(encoding="utf-8")


def test_a_key_is_rotated_once_an_owner_said_yes(desk: Desk) -> None:
    before = ring(desk)
    asked = run(desk, "keys", "rotate")
    answer = json.loads(asked.out)
    assert (asked.code, answer["state"]) == (WAITS, "waiting")
    assert answer["send"].startswith("批准 ")
    assert answer["send"].removeprefix("批准 ") not in "".join(desk.holdings())
    assert run(desk, "keys", "rotate").code == WAITS
    assert ring(desk) == before
    change(desk, APPROVED)
    assert run(desk, "keys", "rotate", "--purpose", "till_seal").code == WAITS
    assert run(desk, "keys", "rotate").code == 0
    assert ring(desk) != before
    assert run(desk, "keys", "rotate").code == WAITS


def test_a_key_is_removed_once_an_owner_said_yes_to_that_key(desk: Desk) -> None:
    assert run(desk, "keys", "rotate").code == WAITS
    change(desk, APPROVED)
    assert run(desk, "keys", "rotate").code == 0
    assert run(desk, "keys", "reseal").code == 0
    before = ring(desk)
    assert run(desk, "keys", "remove", "--id", "1").code == WAITS
    assert ring(desk) == before
    change(desk, APPROVED)
    assert run(desk, "keys", "remove", "--id", "2").code == WAITS
    assert run(desk, "keys", "remove", "--id", "1").code == 0
    assert ring(desk) != before


def test_in_the_sandbox_the_operator_is_the_owner(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    sandbox = make_desk(tmp_path_factory.mktemp("sandbox"))
    assert sandbox.run("keys", "rotate").code == 0
