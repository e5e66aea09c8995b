"""`import members`: a file in, one JSON object out, and a kill in the middle costs nothing."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.cli_desk import Desk, make_desk
from tests.bot.test_cli_shop import SHOP
from tests.databases import name_in
from tests.servers import PostgresServer

TITLES = "会员号,手机号,姓名,积分\r\n"
MEMBERS = 20_000
PATIENCE_SECONDS = 60
COUNT = "SELECT COUNT(*) FROM imported_members"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = make_desk(tmp_path)
    assert desk.run("load", SHOP).code == 0
    return desk


def words(path: Path, *more: str) -> tuple[str, ...]:
    return ("import", "members", str(path), "--store", "cd01", "--basis", "会员章程", *more)


def a_list(desk: Desk, members: int) -> Path:
    lines = (f"A{n},1380{n:07d},王{n},{n % 100}\r\n" for n in range(members))
    return desk.write("members.csv", TITLES + "".join(lines))


def test_members_are_imported_and_what_stays_out_is_named(desk: Desk) -> None:
    path = desk.write("members.csv", TITLES + "A1,13800138000,王小明,5\r\nA2,123,,\r\n")
    tried = desk.run(*words(path, "--dry-run")).data
    assert (tried["run"], tried["added"], tried["rejected"]) == (None, 1, 1)
    assert desk.rows("SELECT id FROM members") == []
    done = desk.run(*words(path)).data
    assert done == {
        "run": 1,
        "store": "cd01",
        "added": 1,
        "filled": 0,
        "unchanged": 0,
        "rejected": 1,
        "duplicates": 0,
        "rejected_file": str(desk.folder / "members.rejected.csv"),
    }
    assert desk.run("verify").code == 0


def test_no_name_and_no_number_lies_open_in_the_database(desk: Desk) -> None:
    path = desk.write("members.csv", TITLES + "13900139000,13800138000,王小明,5\r\n")
    assert desk.run(*words(path)).code == 0
    files = [*desk.folder.glob("var/shuke.db*")]
    held = b"".join(file.read_bytes() for file in files)
    for secret in ("13900139000", "13800138000", "王小明"):
        assert secret.encode() not in held


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "first line"), ("a,b\r\n", "'a'"), ("姓名\r\n", "external_no")],
)
def test_what_is_no_list_is_refused_in_one_line(desk: Desk, content: str, said: str) -> None:
    assert said in desk.run(*words(desk.write("members.csv", content))).complaint


def test_a_store_or_a_file_that_is_not_there_is_named(desk: Desk) -> None:
    path = desk.write("members.csv", TITLES)
    elsewhere = [word.replace("cd01", "cd99") for word in words(path)]
    assert "cd99" in desk.run(*elsewhere).complaint
    assert "nowhere.csv" in desk.run(*words(desk.folder / "nowhere.csv")).complaint
    without = [word.replace("会员章程", " ") for word in words(path)]
    assert "--basis" in desk.run(*without).complaint


def test_a_kill_in_the_middle_is_made_good_by_the_same_command(desk: Desk) -> None:
    killed_and_made_good(desk, lambda: desk.rows(COUNT)[0][0])


def test_a_kill_in_the_middle_is_made_good_on_postgres(
    desk: Desk, real_postgres: PostgresServer, postgres_url: str
) -> None:
    desk.change_config(r"(?m)^url = .sqlite.*$", f'url = "{postgres_url}"')
    assert desk.run("migrate").code == 0
    assert desk.run("load", SHOP).code == 0
    name = name_in(postgres_url)
    killed_and_made_good(desk, lambda: int(real_postgres.run_sql(COUNT, database=name)))


def killed_and_made_good(desk: Desk, imported: Callable[[], int]) -> None:
    path = a_list(desk, MEMBERS)
    with subprocess.Popen(desk.words(*words(path)), stdout=subprocess.DEVNULL, stderr=-1) as run:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not imported() and time.monotonic() < give_up_at:
            time.sleep(0.02)
        run.kill()
        assert run.wait() == -9
    there = imported()
    assert 0 < there < MEMBERS
    done = desk.run(*words(path)).data
    assert (done["added"], done["unchanged"]) == (MEMBERS - there, there)
    assert imported() == MEMBERS
    verified = desk.run("verify")
    assert verified.code == 0, verified
