"""路由: a new word is one new file, and a word two files claim stops the start."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import handlers
from bot.chat import Chat
from bot.dialogue import Dialogue
from bot.pushes import Follow
from bot.routing import Clash, Router, RoutingTable, handler_modules, table_of
from bot.staff_words import StaffWord
from loyalty.person import Person
from loyalty.staff import Right, Role

POINTS = """
from bot.routing import Router

router = Router()


@router.command("积分", "Points", help="words/points")
async def show(chat):
    pass
"""


async def silent(chat: Chat) -> None:
    pass


def module(name: str, router: Router) -> ModuleType:
    made = ModuleType(name)
    made.router = router  # type: ignore[attr-defined]
    return made


def offering(*words: str) -> Router:
    router = Router()
    router.command(*words)(silent)
    return router


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A package of handlers with one folder, and a module that offers nothing."""
    folder = tmp_path / "some_handlers" / "member"
    folder.mkdir(parents=True)
    for path in (folder.parent / "__init__.py", folder / "__init__.py"):
        path.touch()
    (folder / "helpers.py").write_text("LIMIT = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    return import_module("some_handlers")


def test_a_new_file_is_found_without_a_list(package: ModuleType) -> None:
    assert handler_modules(package) == []
    folder = Path(package.__path__[0]) / "member"
    (folder / "points.py").write_text(POINTS, encoding="utf-8")
    found = handler_modules(package)
    assert [module.__name__ for module in found] == ["some_handlers.member.points"]
    assert set(table_of(found).commands) == {"积分", "points"}


def test_the_order_of_discovery_is_the_same_on_every_machine() -> None:
    names = [module.__name__ for module in handler_modules(handlers)]
    assert names == sorted(names)
    assert "handlers.member.signup" in names


def test_the_real_handlers_do_not_clash() -> None:
    table = table_of(handler_modules(handlers))
    assert {
        "入会",
        "积分",
        "余额",
        "账单",
        "会员码",
        "优惠券",
        "券",
        "资料",
        "帮助",
        "取消",
    } <= set(table.commands)
    assert table.fallback is not None


@pytest.mark.parametrize(
    ("one", "other", "thing"),
    [
        (("积分", "查积分"), ("余额", "查积分"), "查积分"),
        (("积分",), ("积分",), "积分"),
    ],
)
def test_a_word_claimed_twice_stops_the_start_and_names_both(
    one: tuple[str, ...], other: tuple[str, ...], thing: str
) -> None:
    with pytest.raises(Clash) as clash:
        table_of([module("member.points", offering(*one)), module("staff.till", offering(*other))])
    for name in (thing, "member.points", "staff.till"):
        assert name in str(clash.value)


def test_a_push_a_dialogue_and_the_fallback_have_one_owner_too() -> None:
    pushes, dialogues, fallbacks = ([Router(), Router()] for _ in range(3))
    for router in pushes:
        router.push(Follow)(silent)
    for router in dialogues:
        router.dialogue(Dialogue("signup"))
    for router in fallbacks:
        router.fallback(silent)
    for routers, thing in ((pushes, "Follow"), (dialogues, "signup"), (fallbacks, "fallback")):
        with pytest.raises(Clash, match=f"{thing}.*member.points.*staff.till"):
            table_of([module("member.points", routers[0]), module("staff.till", routers[1])])


def test_a_word_twice_in_one_file_is_a_clash_as_well() -> None:
    with pytest.raises(Clash, match="'积分' is claimed by points and by points"):
        table_of([module("points", offering("积分", "积分"))])


def test_words_are_found_whatever_their_case() -> None:
    table = table_of([module("help", offering("HELP", "TD"))])
    assert set(table.commands) == {"help", "td"}


async def answer(chat: Chat, arguments: tuple[str, ...]) -> None:
    pass


def staff_table() -> RoutingTable:
    router = offering("取消")
    router.staff("核销", Right.REDEEM, takes=(1, 2), help="staff/help_redeem")(answer)
    router.staff("补积分", Right.ADJUST, takes=(3, 3), takes_text=True, help="staff/help_adjust")(
        answer
    )
    router.staff("取消", Right.CONFIRM)(answer)
    return table_of([module("staff", router)])


def staff(role: Role | None) -> Person:
    return Person(1, "main", "o1", follows=True, role=role)


def test_a_staff_word_may_be_a_members_word_but_has_one_owner() -> None:
    assert set(staff_table().commands) == {"取消"}
    twice = Router()
    for _ in range(2):
        twice.staff("核销", Right.REDEEM)(answer)
    with pytest.raises(Clash, match="staff word 核销"):
        table_of([module("one", twice)])


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (None, []),
        (Role.SUPPORT, []),
        (Role.CLERK, ["staff/help_redeem"]),
        (Role.MANAGER, ["staff/help_redeem", "staff/help_adjust"]),
    ],
)
def test_help_shows_the_words_of_the_persons_rights(role: Role | None, words: list[str]) -> None:
    assert staff_table().staff_help(staff(role)) == words


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("核销 AB", "核销"),
        ("  核销\u3000AB ", "核销"),
        ("\u200b核销 AB", "核销"),
        ("核销", "核销"),
        ("核销AB", None),
        ("请 核销 AB", None),
        ("核销 AB\n核销 CD", None),
        ("核销 AB\u2028核销 CD", None),
        ("", None),
        (" \n ", None),
    ],
)
def test_a_staff_word_begins_a_text_of_one_line(text: str, word: str | None) -> None:
    found = staff_table().staff_word(text)
    assert (found.word if found else None) == word


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("核销 ab2 cd01", ("ab2", "cd01")),
        ("核销\u3000\uff21\uff22", ("AB",)),
        ("核销", None),
        ("核销 a b c", None),
        ("补积分 8 100 漏积  \uff08补\uff09", ("8", "100", "漏积  \uff08补\uff09")),
        ("补积分 8 100", None),
    ],
)
def test_arguments_are_folded_and_a_text_stays_as_written(
    text: str, arguments: tuple[str, ...] | None
) -> None:
    word = staff_table().staff_word(text)
    assert isinstance(word, StaffWord)
    assert word.arguments(text) == arguments
