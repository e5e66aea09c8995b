"""The steps *identify*, *route* and *act*: from one push to what is said.

Order of routing: an open question's offered answers → staff word → platform push → command →
open question → understanding → fallback. A command always wins over an open question and closes
it, because only a question just asked takes the next message as its answer. Where that question
is for free text, words with words of somebody's own behind them are typed as its answer.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat import Chat, Content
from bot.dialogue import SKIP, AskAgain, Dialogue, NotMeant, Progress, Question
from bot.first_lines import put_first
from bot.pushes import ImageMessage, MenuTap, Push, TextMessage, command_text
from bot.routing import Command, Handler, RoutingTable
from bot.staff_words import StaffWord, is_bare
from bot.wording import Wordings
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import NotAllowed

log = logging.getLogger(__name__)

END_MARKS = "?!.,~。、…"  # NFKC has made the full-width ones of these


@dataclass(frozen=True, slots=True)
class Found:
    """Who writes, and the progress of an open question: now, and before a repeated step."""

    person: Person
    progress: str | None


Identify = Callable[[str, str, str], Awaitable[Found]]
SaveProgress = Callable[[Person, str | None, str | None, str], Awaitable[None]]
# The person, the sentence said first, and what it rests on.
Remember = Callable[[Person, str, Mapping[str, object]], Awaitable[None]]
# The person, what was refused, about which member or word, and the message's key.
NoteRefusal = Callable[[Person, str, int | str | None, str], Awaitable[None]]
# The person and the message's key: what could not be delivered and is said first now.
FirstLines = Callable[[Person, str], Awaitable[list[str]]]
# What somebody did lets us write to them for a while; it is noted, and nothing is waited for.
NoteContact = Callable[[Person, Push], None]


async def no_first_lines(person: Person, key: str) -> list[str]:
    """For a dispatcher whose people hear everything at once."""
    return []


async def note_nothing(person: Person, what: str, about: int | str | None, key: str) -> None:
    """For a dispatcher without an audit trail."""


def no_contact(person: Person, push: Push) -> None:
    """For a dispatcher whose people are never written to."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    shop: Any
    table: RoutingTable
    wordings: Wordings
    identify: Identify
    save_progress: SaveProgress
    remember: Remember
    note_refusal: NoteRefusal = note_nothing
    first_lines: FirstLines = no_first_lines
    note_contact: NoteContact = no_contact

    async def dispatch(self, push: Push) -> list[Content]:
        """Act on one push; what to say, the passive reply first. Bugs become one apology."""
        found = await self.identify(push.account, push.openid, push.key)
        self.note_contact(found.person, push)
        chat = self._chat(push, found)
        before = chat.progress
        try:
            await self._act(chat)
        except NotAllowed:
            await self._refuse_right(chat)
            await self._understand(chat)
        except Refusal as refusal:
            log.info("refused", extra={"facts": {"wording": refusal.wording}})
            if what := refusal.audited_as:
                await self.note_refusal(chat.person, what, refusal.member_id, chat.key)
            await chat.say(refusal.wording, **refusal.facts)
        if chat.progress != before:
            await self.save_progress(
                chat.person, _as_text(chat.progress), _as_text(before), chat.key
            )
        if chat.told:
            await self.remember(chat.person, chat.told, chat.grounds)
        if chat.said and found.person.has_waiting:
            lines = await self.first_lines(chat.person, chat.key)
            return put_first([chat.phrase("service/first_line", text=line) for line in lines], chat)
        return chat.said

    def _chat(self, push: Push, found: Found) -> Chat:
        return Chat(
            shop=self.shop,
            person=found.person,
            push=push,
            text=_word(push).casefold(),
            help=self.table.help,
            staff_help=self.table.staff_help(found.person),
            wordings=self.wordings,
            progress=Progress.from_text(found.progress),
            interrupted=found.progress is not None,
        )

    async def _act(self, chat: Chat) -> None:
        dialogue, question = self._open_question(chat)
        command = self._command(chat.text)
        offered = question is not None and chat.text in question.offers
        free_text = question.free_text if question and not _is_tapped(chat) else None
        if not offered and await self._staff_word(chat, as_text=free_text is not None):
            return None
        if isinstance(chat.body, TextMessage) and dialogue and (offered or command is None):
            if not offered and await self._understand_certainly(chat, as_text=free_text == "all"):
                return None
            if free_text and chat.text == SKIP:
                return await chat.say("help/cannot_skip")
            # An offered word counts as words do, folded; anything else is free text as written.
            return await self._answer(chat, dialogue, chat.text if offered else chat.words)
        if isinstance(chat.body, ImageMessage) and dialogue and question and question.picture:
            return await self._go_on(chat, dialogue, _by_picture(chat, dialogue, chat.body))
        if (handler := self._push_handler(chat)) is not None:
            return await handler(chat)
        if command is not None:
            chat.close()
            return await command.handler(chat)
        return await self._understand(chat)

    async def _staff_word(self, chat: Chat, *, as_text: bool) -> bool:
        """False for what is no staff word, or none of this person's: then it is any text.

        `as_text`: all but a bare word, or one that is certainly meant, answers the open question.
        """
        word = self.table.staff_word(chat.words)
        if word is None or (as_text and not _is_meant(word, chat.words)):
            return False
        if not word.is_for(chat.person):
            log.info("staff_word_without_right", extra={"facts": {"word": word.word}})
            await self.note_refusal(chat.person, "refused.word", word.word, chat.key)
            return False
        arguments, progress = word.arguments(chat.words), chat.progress
        if arguments is None and word.usage is None:
            return False
        if not (as_text and arguments):
            chat.close()
        if arguments is None:
            assert word.usage is not None
            await chat.say(word.usage)
            return True
        try:
            await word.handler(chat, arguments)
        except NotMeant:
            chat.progress = progress
            return False
        except NotAllowed:
            await self._refuse_right(chat)
            chat.progress = progress
            return False
        return True

    async def _refuse_right(self, chat: Chat) -> None:
        """What a use case of staff refuses reads like a word nobody knows."""
        chat.said.clear()
        await self.note_refusal(chat.person, "refused.right", None, chat.key)

    def _command(self, text: str) -> Command | None:
        """A word as typed, or with the full stop or question mark people put behind it."""
        if not text:
            return None
        return self.table.commands.get(text) or self.table.commands.get(text.rstrip(END_MARKS))

    def _open_question(self, chat: Chat) -> tuple[Dialogue | None, Question | None]:
        dialogue = self.table.dialogues.get(chat.progress.dialogue) if chat.progress else None
        if dialogue is None or chat.progress is None:
            return None, None
        return dialogue, dialogue.question(chat.progress)

    def _push_handler(self, chat: Chat) -> Handler | None:
        return self.table.pushes.get(type(chat.body))

    async def _answer(self, chat: Chat, dialogue: Dialogue, text: str) -> None:
        assert chat.progress is not None
        try:
            progress = dialogue.advance(chat.progress, text)
        except AskAgain as again:
            return await chat.say(again.wording, **again.facts)
        except NotMeant:
            chat.close()
            return await self._understand(chat)
        await self._go_on(chat, dialogue, progress)

    async def _go_on(self, chat: Chat, dialogue: Dialogue, progress: Progress) -> None:
        """Ask what is still open, else finish."""
        question = dialogue.question(progress)
        if question is not None:
            chat.progress = progress
            return await chat.say(question.prompt)
        chat.close()
        assert dialogue.finish is not None, dialogue.name
        return await dialogue.finish(chat, progress.answers)

    async def _understand_certainly(self, chat: Chat, *, as_text: bool) -> bool:
        for understanding in self.table.understandings:
            reading = understanding.read(chat) if understanding.is_certain else None
            if reading is not None and not (as_text and understanding.yields(reading)):
                await understanding.handler(chat, reading)
                return True
        return False

    async def _understand(self, chat: Chat) -> None:
        if not chat.push.message_id and not isinstance(chat.body, MenuTap):
            return  # Something happened, nobody said anything.
        for understanding in self.table.understandings:
            reading = understanding.read(chat)
            if reading is not None:
                return await understanding.handler(chat, reading)
        if self.table.fallback is not None:
            await self.table.fallback(chat)


def _word(push: Push) -> str:
    """A menu tap (菜单) whose key is a word counts as that word."""
    return command_text(push.body.key) if isinstance(push.body, MenuTap) else push.text


def _is_tapped(chat: Chat) -> bool:
    """A word we offered, as whole as we wrote it, and no text of somebody's own."""
    return isinstance(chat.body, TextMessage) and bool(chat.body.menu_id)


def _is_meant(word: StaffWord, words: str) -> bool:
    return is_bare(words) or word.is_certainly_meant(words)


def _by_picture(chat: Chat, dialogue: Dialogue, picture: ImageMessage) -> Progress:
    assert chat.progress is not None
    return dialogue.advance_by_picture(chat.progress, picture.media_id)


def _as_text(progress: Progress | None) -> str | None:
    return progress.as_text() if progress else None
