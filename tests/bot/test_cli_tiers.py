"""`tier`: an operator previews a ladder, checks the one in force, pins a member's tier."""

import shutil
from pathlib import Path

import pytest

from tests.bot.cli_desk import Desk, make_desk
from tests.shop import shop_with_a_past
from tests.source_code import ROOT

SHOP = str(ROOT / "tools" / "demo_shop.toml")
EASIER = """
[[tiers]]
code = "base"
name = "普通会员"
growth = 0
[[tiers]]
code = "silver"
name = "银卡会员"
growth = 30
"""


@pytest.fixture
async def desk(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The shop of the cast: two members, who spent 32 and 18 yuan."""
    desk = make_desk(tmp_path)
    async with shop_with_a_past(tmp_path, tmp_path_factory.getbasetemp()):
        desk.database.parent.mkdir()
    shutil.copy(tmp_path / "shop.db", desk.database)
    return desk


def member_no(desk: Desk) -> str:
    return str(desk.rows("SELECT member_no FROM members ORDER BY id DESC LIMIT 1")[0][0])


def test_a_file_is_previewed_and_nothing_is_loaded(desk: Desk) -> None:
    before = desk.holdings()
    preview = desk.run("tier", "preview", "--shop", str(desk.write("easier.toml", EASIER))).data
    assert (preview["members"], preview["up"], preview["same"]) == (2, {"base→silver": 1}, 1)
    assert desk.holdings() == before


@pytest.mark.parametrize(
    ("words", "named"),
    [((), "--shop"), (("--shop", "nowhere.toml"), "nowhere.toml")],
    ids=["nothing loaded ahead", "no such file"],
)
def test_a_preview_of_nothing_is_refused_in_one_line(
    desk: Desk, words: tuple[str, ...], named: str
) -> None:
    assert named in desk.run("tier", "preview", *words).complaint


def test_a_faulty_file_is_refused_by_its_place(desk: Desk) -> None:
    path = desk.write("wrong.toml", EASIER.replace("growth = 0", "growth = 40"))
    assert "tiers" in desk.run("tier", "preview", "--shop", str(path)).err


def test_the_ladder_in_force_is_checked(desk: Desk) -> None:
    assert desk.run("tier", "check").data["tiers"] == {
        "base": 2,
        "silver": 0,
        "gold": 0,
        "black": 0,
    }


def test_a_tier_is_pinned_and_unpinned(desk: Desk) -> None:
    words = (member_no(desk), "gold", "--until", "2999-12-31", "--reason", "guest")
    assert desk.run("tier", "pin", *words).data == {
        "member_no": member_no(desk),
        "tier": "gold",
        "until": "2999-12-31",
        "was": "base",
    }
    assert desk.run("tier", "unpin", member_no(desk), "--reason", "mistake").data["tier"] == "base"


@pytest.mark.parametrize(
    ("number", "tier", "named"), [("0000", "gold", "0000"), ("", "amber", "amber")]
)
def test_a_pin_that_cannot_be_is_refused_in_one_line(
    desk: Desk, number: str, tier: str, named: str
) -> None:
    words = (number or member_no(desk), tier, "--until", "2999-12-31", "--reason", "guest")
    assert named in desk.run("tier", "pin", *words).complaint
