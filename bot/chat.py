"""Chat (对话): the one object a chat handler sees: who writes, what, and the verbs to answer."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.dialogue import Answers, Dialogue, Progress
from bot.pushes import Push, PushBody
from bot.replies import LONGEST_TEXT_BYTES
from bot.wording import Wordings
from loyalty.person import Person


@dataclass(frozen=True, slots=True)
class Content:
    """One thing said: a text, or the text of a QR picture still to be drawn and uploaded."""

    kind: Literal["text", "qr"]
    value: str

    def as_data(self) -> dict[str, str]:
        return {"kind": self.kind, "value": self.value}


@dataclass(slots=True)
class Chat:
    """`shop` is the use cases' Shop; this package only hands it on."""

    shop: Any
    person: Person
    push: Push
    # The text as commands are compared: folded and trimmed.
    text: str = ""
    # By topic, "" first: the words and the names of the sentences that say what for.
    help: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    staff_help: list[str] = field(default_factory=list)
    wordings: Wordings = field(default_factory=lambda: Wordings({}))
    said: list[Content] = field(default_factory=list)
    progress: Progress | None = None
    # A question was open when this message came.
    interrupted: bool = False
    # The first sentence said, by name: what 为什么 will be about, and what that rests on.
    told: str = ""
    grounds: dict[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The message's identity, which use cases take as idempotency key."""
        return self.push.key

    @property
    def body(self) -> PushBody:
        return self.push.body

    @property
    def words(self) -> str:
        """The text as it was written."""
        return self.push.words

    async def say(self, wording: str, **facts: object) -> None:
        """Answer with a sentence of templates/chat; the first becomes the passive reply."""
        self.said.append(Content("text", self.wordings.fill(wording, facts)))
        self.told = self.told or wording

    async def say_most(
        self, wording: str, count: int, facts_of: Callable[[int], Mapping[str, object]]
    ) -> None:
        """Say a list with as many of its `count` lines as one reply holds, none cut in two.

        The facts for fewer lines than all say how many are missing.
        """

        def is_too_long(shown: int) -> bool:
            text = self.wordings.fill(wording, facts_of(shown))
            return len(text.encode()) > LONGEST_TEXT_BYTES

        shown = count
        if is_too_long(count):
            shown = max(1, bisect_left(range(1, count), True, key=is_too_long))
        await self.say(wording, **facts_of(shown))

    def rests_on(self, **facts: object) -> None:
        """Keep with what is told what it was made from, as JSON can say it."""
        self.grounds.update(facts)

    def phrase(self, wording: str, **facts: object) -> str:
        """A sentence to be put into another one."""
        return self.wordings.fill(wording, facts)

    async def show_qr(self, text: str) -> None:
        """Send a QR picture of this text after the reply."""
        self.said.append(Content("qr", text))

    async def open(
        self, dialogue: Dialogue, answers: Answers | None = None, **facts: object
    ) -> None:
        """Begin a dialogue and ask its first open question."""
        self.progress = Progress(dialogue.name, answers or {})
        question = dialogue.question(self.progress)
        assert question is not None, dialogue.name
        await self.say(question.prompt, **facts)

    def expect(self, dialogue: Dialogue) -> None:
        """Take the next message as an answer without asking anew."""
        self.progress = Progress(dialogue.name)

    def close(self) -> None:
        """Leave the open dialogue."""
        self.progress = None
