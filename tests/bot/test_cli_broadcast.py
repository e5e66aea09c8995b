"""`broadcast`: an operator drafts, reads what came of it, and stops; a person in chat confirms."""

import sqlite3
from contextlib import closing

import pytest

from tests.bot.cli_desk import Desk, make_desk
from tests.bot.test_cli_shop import SHOP

REPORT = {"audience", "sent", "failed", "suppressed", "unknown", "state"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A shop with two members, one of whom nobody can reach."""
    desk = make_desk(tmp_path_factory.mktemp("desk"))
    assert desk.run("load", SHOP).code == 0
    with closing(sqlite3.connect(desk.database)) as database:
        database.execute(
            "INSERT INTO members (member_no, state, joined_at, join_key)"
            " VALUES ('C1', 'active', 1, 'a'), ('C2', 'active', 1, 'b')"
        )
        database.execute(
            "INSERT INTO followers (account, openid, member_id, follows, changed_at, first_seen_at)"
            " SELECT 'main', 'o', MIN(id), TRUE, 0, 0 FROM members"
        )
        database.commit()
    return desk


def draft(desk: Desk, audience: str = "全部", text: str = "上新了") -> int:
    done = desk.run("broadcast", "draft", "--audience", audience, "--text", text)
    number: int = done.data["id"]
    return number


def test_a_draft_is_one_json_object_and_says_who_confirms(desk: Desk) -> None:
    done = desk.run("broadcast", "draft", "--audience", "全部", "--text", "上新了")
    assert set(done.data) == {"id", "state", "audience", "held_back"}
    assert (done.data["state"], done.data["audience"]) == ("draft", 2)
    assert done.data["held_back"] == {"no_consent": 1, "no_account": 1}
    assert f"群发 确认 {done.data['id']}" in done.err
    assert desk.rows("SELECT COUNT(*) FROM outbox") == [(0,)]


def test_a_report_adds_up(desk: Desk) -> None:
    report = desk.run("broadcast", "report", str(draft(desk))).data
    assert set(report) >= REPORT
    assert report["audience"] == sum(
        report[name] for name in ("sent", "failed", "suppressed", "unknown", "on_the_way")
    )


def test_what_has_not_begun_can_be_cancelled_and_not_paused(desk: Desk) -> None:
    number = str(draft(desk))
    for step in ("pause", "resume"):
        complaint = desk.run("broadcast", step, number).complaint
        assert f"群发 {number} 现在不能这样做。回“群发 进度 {number}”看它到哪一步了。" in complaint
    for _ in range(2):
        assert desk.run("broadcast", "cancel", number).data["state"] == "cancelled"
    assert desk.run("broadcast", "pause", number).code == 2


def test_one_that_runs_is_paused_resumed_and_cancelled(desk: Desk) -> None:
    number = str(draft(desk))
    with closing(sqlite3.connect(desk.database)) as database:
        database.execute("UPDATE broadcasts SET state = 'running' WHERE id = ?", (number,))
        database.commit()
    for step, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        data = desk.run("broadcast", step, number).data
        assert (data["id"], data["state"]) == (int(number), state)


@pytest.mark.parametrize(
    ("audience", "text"),
    [("等级>>金卡", "上新了"), ("全部", "{姓名}"), ("全部", ""), ("标签=没有人有", "上新了")],
)
def test_what_cannot_be_read_is_refused_in_one_line(desk: Desk, audience: str, text: str) -> None:
    before = desk.rows("SELECT COUNT(*) FROM broadcasts")
    done = desk.run("broadcast", "draft", "--audience", audience, "--text", text)
    assert (done.code, done.out) == (2, "")
    assert desk.rows("SELECT COUNT(*) FROM broadcasts") == before


def test_a_number_that_is_not_there_is_refused(desk: Desk) -> None:
    for step in ("report", "pause", "resume", "cancel"):
        assert "999" in desk.run("broadcast", step, "999").complaint
