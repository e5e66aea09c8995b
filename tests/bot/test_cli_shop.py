"""Commands on the shop's data (运维命令): what they print, what they leave alone, how they end."""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from loyalty.audit_anchors import Anchor
from storage.keyring import PURPOSES
from tests.bot.cli_desk import SECRETS, Desk, make_desk
from tests.shop import KEYS, shop_with_a_past
from tests.source_code import ROOT

SHOP = str(ROOT / "tools" / "demo_shop.toml")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


@pytest.fixture
async def running_desk(
    desk: Desk, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Desk:
    """The shop of the cast, with everything that happened there."""
    async with shop_with_a_past(tmp_path, tmp_path_factory.getbasetemp()):
        desk.database.parent.mkdir()
    shutil.copy(tmp_path / "shop.db", desk.database)
    ring = desk.write("var/keys.toml", "".join(map(keys_of, PURPOSES)))
    ring.chmod(0o600)
    return desk


def keys_of(purpose: str) -> str:
    """Those of the shop of the cast, without which its audit trail is anybody's."""
    return f'[{purpose}]\n1 = "{KEYS.key(purpose).hex()}"\n'


def test_the_configuration_as_shipped_is_good(desk: Desk) -> None:
    done = desk.run("check-config")
    assert (done.code, done.out, done.err) == (0, "the configuration is good\n", "")
    assert sorted(path.name for path in desk.folder.iterdir()) == ["config.toml"]


def test_faults_of_a_configuration_are_a_line_each_and_tell_no_secret(desk: Desk) -> None:
    desk.change_config(r'environment = "sandbox"', 'environment = "production"')
    desk.change_config(r"pool_size = 10", 'pool_size = "many"\npol_size = 3')
    done = desk.run("check-config")
    assert (done.code, done.err) == (2, "")
    lines = done.out.splitlines()
    assert any("pol_size" in line for line in lines)
    assert any("database.pool_size" in line for line in lines)
    assert sum("token" in line for line in lines) >= 2
    for secret in ("ShukeDemoMainToken", "SandboxOnly", "app-secret"):
        assert secret not in done.out
    assert desk.run("load", SHOP).err.splitlines() == lines


@pytest.mark.parametrize("command", [("check-config",), ("verify",)])
def test_a_configuration_that_is_not_there_is_named(desk: Desk, command: tuple[str, ...]) -> None:
    desk.config.unlink()
    done = desk.run(*command)
    assert done.code == 2
    assert "config.toml" in done.out + done.err
    assert "Traceback" not in done.err


def test_loading_tells_what_changed_and_twice_is_once(desk: Desk) -> None:
    first = desk.run("load", SHOP)
    assert first.code == 0, first
    assert "changed brand camellia" in first.out.splitlines()
    before = desk.holdings()
    assert desk.run("load", SHOP).out == "nothing changed\n"
    assert desk.holdings() == before


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[brand]\ncode = "b"\nname = "甲"\nmode = "central"\ncolour = "red"\n', "colour"),
        ('[[tills]]\ncode = "x"\nstore = "nowhere"\n', "tills[0].store"),
    ],
    ids=["unknown key", "unknown store"],
)
def test_a_shop_file_with_a_fault_is_refused_whole(desk: Desk, text: str, named: str) -> None:
    done = desk.run("load", str(desk.write("shop.toml", text)))
    assert (done.code, done.out) == (2, "")
    assert named in done.err
    assert "Traceback" not in done.err
    if desk.database.exists():
        assert desk.rows("SELECT * FROM brands UNION ALL SELECT * FROM brands") == []
        assert desk.rows("SELECT rules_version FROM installation") == [(0,)]


def test_enrolling_prints_one_object_and_again_another_key(running_desk: Desk) -> None:
    desk = running_desk
    first, second = (desk.run("till", "enrol", "cd01-1").data for _ in range(2))
    assert set(first) == {"till", "till_no", "epoch", "key", "brand", "environment", "claim_url"}
    assert bytes.fromhex(first["key"]) != bytes.fromhex(second["key"])
    assert len(first["key"]) == 64
    assert second["epoch"] == first["epoch"] + 1
    assert first["claim_url"].endswith("/r/")
    assert (first["brand"], first["environment"]) == ("camellia", "sandbox")
    assert first["key"] not in "".join(desk.holdings())
    assert "cd09-9" in desk.run("till", "enrol", "cd09-9").complaint


def test_the_liability_is_one_json_object(running_desk: Desk) -> None:
    assert running_desk.run("liability").data == {"principal_fen": 0, "bonus_fen": 0, "stores": {}}


def test_verifying_tells_totals_or_the_first_fault_of_each_kind(running_desk: Desk) -> None:
    desk = running_desk
    done = desk.run("verify")
    assert done.code == 0, done
    totals = (
        "4 transactions, 12 entries, 4 lots, 0 allocations, [1-9][0-9]* audit rows, 0 complaints"
    )
    assert re.fullmatch(f"{totals}\n", done.out), done.out
    with closing(sqlite3.connect(desk.database)) as database, database:
        database.execute("UPDATE ledger_accounts SET balance = balance + 1 WHERE balance > 0")
    done = desk.run("verify")
    assert done.code == 1
    assert done.out.count("wrong_balance") == 1
    assert done.out.splitlines()[-1].startswith("4 transactions")


def test_verifying_walks_the_audit_trail(running_desk: Desk) -> None:
    desk = running_desk
    with closing(sqlite3.connect(desk.database)) as database, database:
        database.execute("DROP TRIGGER audit_log_refuses_update")
        database.execute("UPDATE audit_log SET actor = 'system' WHERE id = 1")
    done = desk.run("verify")
    assert done.code == 1
    assert done.out.startswith("altered_audit_row: audit row 1: ")


def test_verifying_compares_the_anchors_beside_the_configuration(running_desk: Desk) -> None:
    anchor = Anchor("2027-01-11", 999, "f" * 64)
    running_desk.write("var/audit-anchors.jsonl", anchor.as_line())
    done = running_desk.run("verify")
    assert done.out.startswith("audit_anchor: audit row 999: was anchored, and is not there\n")


def test_the_key_ring_is_made_once_for_its_owner_only(desk: Desk) -> None:
    done = desk.run("keys", "init")
    ring = desk.folder / "var" / "keys.toml"
    assert done.out == f"made {ring}: keep a copy apart from the database backups\n"
    assert os.stat(ring).st_mode & 0o777 == 0o600
    made = ring.read_bytes()
    assert desk.run("keys", "init").complaint == f"{ring} exists already and stays as it is"
    assert ring.read_bytes() == made


def test_migrating_tells_what_it_did_and_then_nothing(desk: Desk) -> None:
    first = desk.run("migrate")
    assert first.code == 0, first
    assert first.out.startswith("applied 0001_shop")
    assert desk.run("migrate").out == "the schema is up to date\n"


def test_production_makes_neither_folder_nor_keys_by_itself(desk: Desk) -> None:
    desk.in_production()
    assert desk.run("check-config", environ=SECRETS).code == 0
    assert "folder" in desk.run("migrate", environ=SECRETS).complaint
    desk.database.parent.mkdir()
    assert "python -m bot keys init" in desk.run("serve", environ=SECRETS).complaint
    assert not (desk.folder / "var" / "keys.toml").exists()
