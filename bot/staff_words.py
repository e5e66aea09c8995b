"""Staff words (员工口令): words with arguments, known only to people who have the right."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.chat import Chat
from bot.pushes.push import command_text
from loyalty.person import Person
from loyalty.staff import Right

StaffHandler = Callable[[Chat, tuple[str, ...]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class StaffWord:
    """A word, and what stands behind it, of people with a right; for all others it is no word.

    Without a `right` it is anybody's. `takes` are the fewest and the most arguments, which spaces
    part; with `takes_text` the last one is the rest as it was written. `usage` is said when their
    number does not fit; without one the text then is about something else. `is_certain`: whether
    its argument is nothing anybody writes by chance, so that no open question takes the text.
    """

    word: str
    right: Right | None
    handler: StaffHandler
    takes: tuple[int, int] = (0, 0)
    takes_text: bool = False
    usage: str | None = None
    help: str | None = None
    is_certain: Callable[[str], object] | None = None

    def is_for(self, person: Person) -> bool:
        return self.right is None or person.may(self.right)

    def is_meant(self, words: str) -> bool:
        """No command hides in a longer text (B56); but whoever writes one is told how."""
        return self.takes_text or is_one_line(words)

    def arguments(self, words: str) -> tuple[str, ...] | None:
        if not is_one_line(words):
            return None
        most = self.takes[1]
        parts = words.split(maxsplit=most if self.takes_text else -1)[1:]
        if not self.takes[0] <= len(parts) <= most:
            return None
        folded = tuple(command_text(part) for part in parts)
        return (*folded[:-1], parts[-1].strip()) if self.takes_text and parts else folded

    def is_certainly_meant(self, words: str) -> bool:
        arguments = self.arguments(words)
        return self.is_certain is not None and bool(arguments and self.is_certain(arguments[0]))


def first_word(words: str) -> str:
    found = words.split(maxsplit=1)
    return command_text(found[0]) if found else ""


def is_bare(words: str) -> bool:
    return len(words.split()) == 1


def is_one_line(words: str) -> bool:
    return len(words.strip().splitlines()) == 1
