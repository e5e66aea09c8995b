"""从一条推送到说什么: the order of routing, and what becomes of refusals, bugs and progress."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from bot.chat import Chat, Content
from bot.dialogue import AskAgain, Dialogue, NotMeant, Progress
from bot.dispatcher import Dispatcher, Found
from bot.pushes import Follow, ImageMessage, MenuTap, Push, PushBody, TextMessage, Unfollow
from bot.routing import Router, RoutingTable, table_of
from bot.wording import Wordings
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import NotAllowed, Right
from tests.bot.test_routing import module

PERSON = Person(follower_id=1, account="main", openid="o1", follows=True)
WORDINGS = Wordings(
    {
        "x/said": "{what}",
        "x/ask": "颜色？",
        "x/size": "大小？",
        "x/no": "不行：{why}",
        "x/how": "请发送",
        "service/first_line": "早先：{text}",
    }
)


class TooMuch(Refusal):
    wording = "x/no"


@dataclass
class Memory:
    """What the dispatcher stores between two messages."""

    person: Person = PERSON
    progress: str | None = None
    told: str = ""
    grounds: dict[str, object] = field(default_factory=dict)
    saved: list[tuple[str | None, str | None, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def find(self, account: str, openid: str, key: str) -> Found:
        return Found(self.person, self.progress)

    async def save(self, person: Person, progress: str | None, prior: str | None, key: str) -> None:
        self.saved.append((progress, prior, key))
        self.progress = progress

    async def remember(self, person: Person, told: str, grounds: Mapping[str, object]) -> None:
        self.told, self.grounds = told, dict(grounds)

    async def first_lines(self, person: Person, key: str) -> list[str]:
        self.asked.append(key)
        return self.lines


def table() -> RoutingTable:
    """One word, one push, one dialogue of two questions, one understanding, a fallback."""
    router = Router()
    painting = router.dialogue(Dialogue("painting"))

    @router.command("积分", "red", help="x/points")
    async def points(chat: Chat) -> None:
        await chat.say("x/said", what="command")

    @router.command("刷漆")
    async def paint(chat: Chat) -> None:
        await chat.open(painting)

    @router.command("太多", help="x/much")
    async def refuse(chat: Chat) -> None:
        raise TooMuch(why="太多")

    @router.push(Follow)
    async def followed(chat: Chat) -> None:
        await chat.say("x/said", what="push")

    @painting.ask("colour", prompt="x/ask", offers=("red",))
    def colour(text: str) -> str:
        if len(text) > 10:
            raise AskAgain("x/no", why="long")
        return text

    painting.ask("size", prompt="x/size")(int)

    @painting.done
    async def painted(chat: Chat, answers: object) -> None:
        await chat.say("x/said", what=answers)

    @router.understand(lambda chat: chat.words if chat.words.isdigit() else None)
    async def number(chat: Chat, digits: str) -> None:
        await chat.say("x/said", what=f"understood {digits}")

    @router.staff("核销", Right.REDEEM, takes=(1, 1), usage="x/how")
    async def redeem(chat: Chat, arguments: tuple[str, ...]) -> None:
        await chat.say("x/said", what=f"redeem {arguments[0]}")

    @router.staff("red", Right.REDEEM)
    @router.staff("积分", Right.REDEEM)
    async def not_now(chat: Chat, arguments: tuple[str, ...]) -> None:
        raise NotMeant

    @router.command("禁区")
    @router.staff("禁词", Right.REDEEM)
    async def forbidden(chat: Chat, *arguments: object) -> None:
        await chat.say("x/said", what="half")
        raise NotAllowed

    @router.fallback
    async def unknown(chat: Chat) -> None:
        await chat.say("x/said", what="fallback")

    return table_of([module("m", router)])


@dataclass
class Desk:
    memory: Memory = field(default_factory=Memory)

    async def hears(self, body: PushBody | str, key: str = "k1") -> list[str]:
        if isinstance(body, str):
            body = TextMessage(body)
        memory = self.memory
        dispatcher = Dispatcher(
            None,
            table(),
            WORDINGS,
            memory.find,
            memory.save,
            memory.remember,
            first_lines=memory.first_lines,
        )
        message_id = "" if isinstance(body, Follow | Unfollow) else "7"
        said = await dispatcher.dispatch(Push("main", "gh_1", "o1", 1, message_id, key, body))
        return [content.value for content in said]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("积分", "command"),
        (" \uff32\uff25\uff24 ", "command"),
        ("42", "understood 42"),
        ("你好", "fallback"),
        ("", "fallback"),
        (Follow(), "push"),
        (ImageMessage("m", "u"), "fallback"),
    ],
)
async def test_without_an_open_question(desk: Desk, body: PushBody | str, told: str) -> None:
    assert await desk.hears(body) == [told]
    assert desk.memory.saved == []


@pytest.mark.parametrize(
    ("body", "told", "is_open"),
    [
        ("你好", "大小？", True),
        ("42", "大小？", True),  # the question before the understanding
        ("red", "大小？", True),  # offered: before the command of the same spelling
        ("积分", "command", False),
        (Follow(), "push", True),
        (ImageMessage("m", "u"), "fallback", True),
        ("colourless green", "不行：long", True),
    ],
)
async def test_with_an_open_question(
    desk: Desk, body: PushBody | str, told: str, is_open: bool
) -> None:
    desk.memory.progress = Progress("painting").as_text()
    assert await desk.hears(body) == [told]
    assert (desk.memory.progress is not None) is is_open


async def test_a_dialogue_runs_to_its_end_and_is_forgotten(desk: Desk) -> None:
    assert await desk.hears("刷漆", "k1") == ["颜色？"]
    assert await desk.hears("blue", "k2") == ["大小？"]
    assert await desk.hears("3", "k3") == ["{'colour': 'blue', 'size': 3}"]
    assert desk.memory.progress is None
    opened, coloured = Progress("painting"), Progress("painting", {"colour": "blue"})
    assert desk.memory.saved == [
        (opened.as_text(), None, "k1"),
        (coloured.as_text(), opened.as_text(), "k2"),
        (None, coloured.as_text(), "k3"),
    ]


async def test_progress_of_a_dialogue_that_no_longer_exists_is_no_question(desk: Desk) -> None:
    desk.memory.progress = Progress("of last year").as_text()
    assert await desk.hears("你好") == ["fallback"]
    assert await desk.hears("积分") == ["command"]


async def test_an_answer_asked_again_leaves_the_progress_alone(desk: Desk) -> None:
    desk.memory.progress = Progress("painting").as_text()
    await desk.hears("colourless green")
    assert desk.memory.saved == []


async def test_a_refusal_is_said_in_its_wording(desk: Desk) -> None:
    assert await desk.hears("太多") == ["不行：太多"]


async def test_a_bug_goes_on_to_the_door_and_saves_nothing(desk: Desk) -> None:
    desk.memory.progress = Progress("painting", {"colour": "blue"}).as_text()
    with pytest.raises(ValueError, match="invalid literal"):
        await desk.hears("very large")
    assert desk.memory.saved == []


def test_help_lists_words_with_a_line_only_shortest_first() -> None:
    assert table().help[""] == [("太多", "x/much"), ("积分", "x/points")]


async def test_chat_gathers_what_is_said_in_order() -> None:
    push = Push("main", "gh_1", "o1", 1, "7", "k1", TextMessage(" Hello "))
    chat = Chat(shop=None, person=PERSON, push=push, wordings=WORDINGS)
    await chat.say("x/said", what=chat.phrase("x/ask"))
    await chat.show_qr("66")
    assert chat.said == [Content("text", "颜色？"), Content("qr", "66")]
    assert (chat.key, chat.words, chat.body) == ("k1", " Hello ", TextMessage(" Hello "))
    assert chat.said[1].as_data() == {"kind": "qr", "value": "66"}


async def test_which_sentence_was_said_first_is_remembered(desk: Desk) -> None:
    await desk.hears("积分")
    assert desk.memory.told == "x/said"


CLERK = replace(PERSON, staff_id=1, role="clerk")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("核销 AB", "redeem AB"),
        ("核销", "请发送"),
        ("核销 AB CD", "请发送"),
        ("积分", "command"),  # whatever staff words give back is everybody's word
        ("积分 3", "fallback"),
        ("我要核销 AB", "fallback"),
    ],
)
async def test_a_staff_word_is_one_to_staff(desk: Desk, text: str, told: str) -> None:
    desk.memory.person = CLERK
    assert await desk.hears(text) == [told]


@pytest.mark.parametrize("text", ["核销 AB", "核销", "核销 AB CD"])
async def test_without_the_right_a_staff_word_is_any_text(desk: Desk, text: str) -> None:
    assert await desk.hears(text) == ["fallback"]
    desk.memory.progress = Progress("painting").as_text()
    assert await desk.hears(text) == ["大小？"]


@pytest.mark.parametrize("text", ["禁词", "禁区"])
async def test_what_a_use_case_does_not_allow_is_an_unknown_word(desk: Desk, text: str) -> None:
    desk.memory.person = CLERK
    assert await desk.hears(text) == ["fallback"]


async def test_a_staff_word_closes_an_open_question_unless_it_is_offered(desk: Desk) -> None:
    desk.memory.person = CLERK
    desk.memory.progress = Progress("painting").as_text()
    assert await desk.hears("red") == ["大小？"]
    assert await desk.hears("核销 AB") == ["redeem AB"]
    assert desk.memory.progress is None


async def test_a_staff_word_in_a_menu_or_scan_is_none(desk: Desk) -> None:
    desk.memory.person = CLERK
    assert await desk.hears(MenuTap("核销 AB")) == ["fallback"]
    assert await desk.hears(Follow("核销 AB")) == ["push"]


async def test_what_waited_is_said_before_the_answer(desk: Desk) -> None:
    desk.memory.person = replace(PERSON, has_waiting=True)
    desk.memory.lines = ["回复了"]
    assert await desk.hears("积分", key="k7") == ["早先：回复了\n\ncommand"]
    assert desk.memory.asked == ["k7"]
    assert desk.memory.told == "x/said"


async def test_nobody_without_waiting_lines_is_looked_up(desk: Desk) -> None:
    desk.memory.lines = ["回复了"]
    assert await desk.hears("积分") == ["command"]
    assert desk.memory.asked == []


async def test_what_waits_goes_on_waiting_where_nothing_is_said(desk: Desk) -> None:
    desk.memory.person = replace(PERSON, has_waiting=True)
    assert await desk.hears(Unfollow()) == []
    assert desk.memory.asked == []
