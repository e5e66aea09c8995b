"""Dialogues (多轮对话): questions asked one after the other; progress is plain JSON.

Moving forward is pure, and only names and answers are stored, so a restart or a deploy in the
middle of a conversation is harmless.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.chat import Chat

Answer = str | int | bool | None
Answers = dict[str, Answer]
Reader = Callable[[str], Answer]
# Any text is an answer: staff words with arguments are text then, and of members' words all that
# end in text, but where these say that they are something else ("投诉 …" while 反馈 is asked for).
FreeText = Literal["all", "but_words"]
SKIP = "跳过"


class AskAgain(Exception):
    """The answer does not fit; `wording` says what is expected."""

    def __init__(self, wording: str, **facts: object) -> None:
        super().__init__(wording)
        self.wording = wording
        self.facts = facts


class NotMeant(Exception):
    """The text is about something else: the question closes and the text goes its usual way."""


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    prompt: str
    read: Reader
    # Exact words offered as answers; they win over commands of the same spelling.
    offers: tuple[str, ...] = ()
    may_skip: bool = False
    # Makes an answer of the platform's number of a picture; None: it is no answer.
    picture: Reader | None = None
    free_text: FreeText | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What is stored between two messages of one person."""

    dialogue: str
    answers: Answers = field(default_factory=dict)

    def as_text(self) -> str:
        return json.dumps([self.dialogue, self.answers], ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str | None) -> "Progress | None":
        if text is None:
            return None
        dialogue, answers = json.loads(text)
        return cls(dialogue, answers)


class Dialogue:
    """A named list of questions with what happens when all are answered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.questions: list[Question] = []
        self.finish: Callable[[Chat, Answers], Awaitable[None]] | None = None

    def ask(
        self,
        name: str,
        *,
        prompt: str,
        offers: tuple[str, ...] = (),
        may_skip: bool = False,
        picture: Reader | None = None,
        free_text: FreeText | None = None,
    ) -> Callable[[Reader], Reader]:
        """Register the reader below as the one that understands answers to this question."""

        def register(read: Reader) -> Reader:
            question = Question(name, prompt, read, offers, may_skip, picture, free_text)
            self.questions.append(question)
            return read

        return register

    def done(
        self, finish: "Callable[[Chat, Answers], Awaitable[None]]"
    ) -> "Callable[[Chat, Answers], Awaitable[None]]":
        self.finish = finish
        return finish

    def question(self, progress: Progress) -> Question | None:
        """The first question without an answer."""
        return next((q for q in self.questions if q.name not in progress.answers), None)

    def advance(self, progress: Progress, text: str) -> Progress:
        """Answer the open question. Raises AskAgain when the answer does not fit."""
        question = self.question(progress)
        assert question is not None, "a finished dialogue must not be stored"
        skips = question.may_skip and text == SKIP
        answer = None if skips else question.read(text)
        return Progress(self.name, {**progress.answers, question.name: answer})

    def advance_by_picture(self, progress: Progress, media_id: str) -> Progress:
        """Answer the open question with a picture, where it takes one."""
        question = self.question(progress)
        assert question is not None and question.picture is not None, self.name
        answer = question.picture(media_id)
        return Progress(self.name, {**progress.answers, question.name: answer})
