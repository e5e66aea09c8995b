"""Routing (路由): what a handler module registers, and the table made of all of them.

A new chat word is one new file: discovery finds its router, and a word two files claim stops
the start and names both.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import TypeVar

from bot.chat import Chat
from bot.dialogue import Dialogue
from bot.staff_words import StaffHandler, StaffWord, first_word
from loyalty.person import Person
from loyalty.staff import Right

Handler = Callable[[Chat], Awaitable[None]]
Reading = TypeVar("Reading")


class Clash(Exception):
    """Two handler modules claim the same word, push kind or dialogue; the text names both."""


@dataclass(frozen=True, slots=True)
class Command:
    words: tuple[str, ...]
    help: str | None
    handler: Handler


@dataclass(frozen=True, slots=True)
class Understanding:
    """A shape of text that is no fixed word: a receipt token, `2 小王` …"""

    read: Callable[[Chat], object | None]
    handler: Callable[[Chat, object], Awaitable[None]]
    # Cannot be mistaken for anything else, so it wins over an open question and leaves it open.
    is_certain: bool = False
    # Whether a reading ends in words as somebody wrote them: a question for free text takes those.
    takes_text: Callable[[object], bool] | None = None

    def yields(self, reading: object) -> bool:
        return self.takes_text is not None and self.takes_text(reading)


class Router:
    """What one handler module offers; passive until the table is made.

    Words with a `topic` are listed by 帮助 TOPIC instead of by 帮助.
    """

    def __init__(self, topic: str = "") -> None:
        self.topic = topic
        self.commands: list[Command] = []
        self.staff_words: list[StaffWord] = []
        self.pushes: dict[type, Handler] = {}
        self.dialogues: list[Dialogue] = []
        self.understandings: list[Understanding] = []
        self.fallback_handler: Handler | None = None

    def command(self, *words: str, help: str | None = None) -> Callable[[Handler], Handler]:
        """Exact words; `help` is the short line shown by 帮助, which leaves out words without."""

        def register(handler: Handler) -> Handler:
            self.commands.append(Command(words, help, handler))
            return handler

        return register

    def staff(
        self,
        word: str,
        right: Right | None,
        *,
        takes: tuple[int, int] = (0, 0),
        takes_text: bool = False,
        usage: str | None = None,
        help: str | None = None,
        is_certain: Callable[[str], object] | None = None,
    ) -> Callable[[StaffHandler], StaffHandler]:
        """A word of the staff who have this right; it may be a member's word as well."""

        def register(handler: StaffHandler) -> StaffHandler:
            self.staff_words.append(
                StaffWord(word, right, handler, takes, takes_text, usage, help, is_certain)
            )
            return handler

        return register

    def push(self, kind: type) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.pushes[kind] = handler
            return handler

        return register

    def dialogue(self, dialogue: Dialogue) -> Dialogue:
        self.dialogues.append(dialogue)
        return dialogue

    def understand(
        self,
        read: Callable[[Chat], Reading | None],
        *,
        is_certain: bool = False,
        takes_text: Callable[[Reading], bool] | None = None,
    ) -> Callable[
        [Callable[[Chat, Reading], Awaitable[None]]], Callable[[Chat, Reading], Awaitable[None]]
    ]:
        def register(
            handler: Callable[[Chat, Reading], Awaitable[None]],
        ) -> Callable[[Chat, Reading], Awaitable[None]]:
            self.understandings.append(
                Understanding(read, handler, is_certain, takes_text)  # type: ignore[arg-type]
            )
            return handler

        return register

    def fallback(self, handler: Handler) -> Handler:
        self.fallback_handler = handler
        return handler


@dataclass(slots=True)
class RoutingTable:
    commands: dict[str, Command] = field(default_factory=dict)
    staff_words: dict[str, StaffWord] = field(default_factory=dict)
    pushes: dict[type, Handler] = field(default_factory=dict)
    dialogues: dict[str, Dialogue] = field(default_factory=dict)
    understandings: list[Understanding] = field(default_factory=list)
    fallback: Handler | None = None
    # By topic: (word, name of the sentence that says what for), shortest word first.
    help: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def staff_word(self, words: str) -> StaffWord | None:
        word = self.staff_words.get(first_word(words).casefold())
        return word if word is not None and word.is_meant(words) else None

    def staff_help(self, person: Person) -> list[str]:
        """How this person's staff words are written, by the names of the sentences."""
        return [
            word.help for word in self.staff_words.values() if word.help and word.is_for(person)
        ]


def table_of(modules: Iterable[ModuleType]) -> RoutingTable:
    """Join the routers of all handler modules; raises Clash."""
    table, owners = RoutingTable(), dict[object, str]()

    def claim(thing: object, module: ModuleType) -> None:
        if thing in owners:
            raise Clash(f"{thing!r} is claimed by {owners[thing]} and by {module.__name__}")
        owners[thing] = module.__name__

    for module in modules:
        router: Router = module.router
        table.help.setdefault(router.topic, []).extend(
            (command.words[0], command.help) for command in router.commands if command.help
        )
        for command in router.commands:
            for word in command.words:
                claim(word, module)
                table.commands[word.casefold()] = command
        for staff_word in router.staff_words:
            claim(f"staff word {staff_word.word}", module)
            table.staff_words[staff_word.word.casefold()] = staff_word
        for kind, handler in router.pushes.items():
            claim(kind, module)
            table.pushes[kind] = handler
        for dialogue in router.dialogues:
            claim(dialogue.name, module)
            table.dialogues[dialogue.name] = dialogue
        table.understandings.extend(router.understandings)
        if router.fallback_handler is not None:
            claim("the fallback", module)
            table.fallback = router.fallback_handler
    for lines in table.help.values():
        lines.sort(key=lambda line: (len(line[0]), line[0]))
    return table


def handler_modules(package: ModuleType) -> list[ModuleType]:
    """Every module below the package that has a `router`, in order of name."""
    names = sorted(
        found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    )
    return [module for module in map(importlib.import_module, names) if hasattr(module, "router")]
