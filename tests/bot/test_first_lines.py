"""先说的话: what waited stands in front of the answer, within the length of a message."""

from bot.chat import Chat, Content
from bot.first_lines import put_first
from bot.pushes import Push, TextMessage
from bot.replies import LONGEST_TEXT_BYTES
from tests.bot.test_dispatcher import PERSON

LONG = "字" * 500


def said(lines: list[str], *answer: Content) -> list[Content]:
    chat = Chat(
        shop=None, person=PERSON, push=Push("main", "gh_1", "o1", 1, "7", "k1", TextMessage("x"))
    )
    chat.said.extend(answer)
    return put_first(lines, chat)


def test_lines_and_answer_are_one_text_where_they_fit() -> None:
    assert said(["one", "two"], Content("text", "82")) == [Content("text", "one\n\ntwo\n\n82")]


def test_what_does_not_fit_follows_as_a_text_of_its_own() -> None:
    answer = Content("text", LONG)
    assert said([LONG], answer) == [Content("text", LONG), answer]
    answer, picture = Content("text", "82"), Content("qr", "code")
    cut = Content("text", "x" * LONGEST_TEXT_BYTES)
    assert said([LONG, "x" * 3000], answer, picture) == [
        Content("text", LONG),
        cut,
        answer,
        picture,
    ]


def test_an_answer_that_is_a_picture_comes_behind() -> None:
    picture = Content("qr", "code")
    assert said(["one"], picture) == [Content("text", "one"), picture]


def test_without_lines_the_answer_is_as_it_was() -> None:
    answer = [Content("text", "82"), Content("qr", "code")]
    assert said([], *answer) == answer
