"""`staff`: whoever runs the installation invites the first owner, and stops whom they must."""

import pytest

from tests.bot.cli_desk import Desk, make_desk
from tests.bot.test_cli_shop import SHOP


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = make_desk(tmp_path_factory.mktemp("desk"))
    assert desk.run("load", SHOP).code == 0
    return desk


def test_an_owner_is_invited_with_one_json_object(desk: Desk) -> None:
    invitation = desk.run("staff", "invite", "--role", "owner").data
    assert set(invitation) == {"code", "role", "store", "expires_at"}
    assert (invitation["role"], invitation["store"]) == ("owner", None)
    assert invitation["expires_at"].endswith("+08:00")
    assert invitation["code"] not in "".join(desk.holdings())


def test_a_clerk_is_invited_to_a_store(desk: Desk) -> None:
    invitation = desk.run("staff", "invite", "--role", "clerk", "--store", "cd01").data
    assert (invitation["role"], invitation["store"]) == ("clerk", "cd01")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--role", "clerk"), "--store"),
        (("--role", "manager", "--store", "cd99"), "cd99"),
    ],
)
def test_a_clerk_without_a_store_is_refused_in_one_line(
    desk: Desk, words: tuple[str, ...], named: str
) -> None:
    assert named in desk.run("staff", "invite", *words).complaint


def test_an_unknown_role_is_no_role(desk: Desk) -> None:
    done = desk.run("staff", "invite", "--role", "king")
    assert (done.code, done.out) == (2, "")


def test_staff_are_listed_and_stopped_by_number(desk: Desk) -> None:
    assert desk.run("staff", "list").out == ""
    assert "staff list" in desk.run("staff", "stop", "--id", "7").complaint
