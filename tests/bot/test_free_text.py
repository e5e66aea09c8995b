"""A question for free text: which words win over it, and what is only its answer."""

import pytest

from bot.chat import Chat
from bot.dialogue import Dialogue, Progress
from bot.dispatcher import Dispatcher
from bot.pushes import Push, PushBody, TextMessage
from bot.routing import Router, RoutingTable, table_of
from bot.wording import Wordings
from loyalty.staff import Right
from tests.bot.test_dispatcher import CLERK, Memory
from tests.bot.test_routing import module

WORDINGS = Wordings(
    {"x/said": "{what}", "x/ask": "写吧", "x/how": "请发送", "help/cannot_skip": "跳不过"}
)


def table() -> RoutingTable:
    router = Router()
    diary = router.dialogue(Dialogue("diary"))
    diary.ask("text", prompt="x/ask", free_text="all")(str)

    @diary.done
    async def written(chat: Chat, answers: object) -> None:
        await chat.say("x/said", what=answers)

    @router.command("积分")
    async def points(chat: Chat) -> None:
        await chat.say("x/said", what="command")

    @router.understand(
        lambda chat: chat.words[2:] if chat.words[:2] == "报名" else None,
        is_certain=True,
        takes_text=lambda rest: not rest.isdecimal(),
    )
    async def sign_up(chat: Chat, rest: str) -> None:
        await chat.say("x/said", what=f"sign up {rest}")

    @router.staff("核销", Right.REDEEM, takes=(1, 1), usage="x/how", is_certain=str.isdigit)
    async def redeem(chat: Chat, arguments: tuple[str, ...]) -> None:
        await chat.say("x/said", what=f"redeem {arguments[0]}")

    return table_of([module("m", router)])


@pytest.mark.parametrize(
    ("body", "told", "is_open"),
    [
        ("核销 AB", "{'text': '核销 AB'}", False),
        ("核销 12", "redeem 12", True),
        ("核销", "请发送", False),
        (TextMessage("核销 AB", "核销 AB"), "redeem AB", False),
        ("报名的人都有奖", "{'text': '报名的人都有奖'}", False),
        ("报名3", "sign up 3", True),
        (TextMessage("报名吧", "报名吧"), "sign up 吧", True),
        ("积分", "command", False),
        (" 跳过 ", "跳不过", True),
    ],
)
async def test_a_question_for_free_text_takes_what_only_begins_like_a_word(
    body: PushBody | str, told: str, is_open: bool
) -> None:
    memory = Memory(CLERK, Progress("diary").as_text())
    dispatcher = Dispatcher(None, table(), WORDINGS, memory.find, memory.save, memory.remember)
    body = TextMessage(body) if isinstance(body, str) else body
    said = await dispatcher.dispatch(Push("main", "gh_1", "o1", 1, "7", "k1", body))
    assert [content.value for content in said] == [told]
    assert (memory.progress is not None) is is_open
