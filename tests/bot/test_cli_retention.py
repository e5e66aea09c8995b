"""`retention`: an operator reads what is kept of people, why, and how long."""

import json

import pytest

from tests.bot.cli_desk import make_desk
from tests.bot.test_cli_shop import SHOP


def test_a_line_for_each_kind_of_data(tmp_path_factory: pytest.TempPathFactory) -> None:
    desk = make_desk(tmp_path_factory.mktemp("desk"))
    assert desk.run("load", SHOP).code == 0
    told = desk.run("retention")
    assert told.code == 0
    lines = {line["name"]: line for line in map(json.loads, told.out.splitlines())}
    assert lines["messages"]["days"] == 90
    assert lines["ledger"]["days"] is None
    assert {line["past_due"] for line in lines.values()} == {0}
    assert {frozenset(line) for line in lines.values()} == {
        frozenset(("name", "holds", "kept_for", "basis", "days", "past_due", "oldest"))
    }
