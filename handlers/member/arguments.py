"""Words with an argument (带参数的口令): what a person wrote behind a word, as in `兑换 3`."""

import re
from collections.abc import Callable

from bot.chat import Chat

# Whether it is an amount, and which ones are taken, is decided by whoever reads it.
AMOUNT = r"[0-9][0-9.]{0,20}"


def behind(*words: str, shape: str, unit: str = "") -> Callable[[Chat], str | None]:
    """A reader for Router.understand; white space around the argument is optional.

    Word, shape and the unit behind it are patterns.
    """
    pattern = re.compile(rf"(?:{'|'.join(words)})\s*({shape})\s*{unit}")

    def read(chat: Chat) -> str | None:
        found = pattern.fullmatch(chat.text)
        return found[1] if found else None

    return read


def text_behind(*words: str) -> Callable[[Chat], str | None]:
    """What stands behind a word and a space, colon or comma, as it was written."""
    pattern = re.compile(rf"\s*(?:{'|'.join(words)})[\s:：,，]+(\S.*)", re.DOTALL)

    def read(chat: Chat) -> str | None:
        found = pattern.fullmatch(chat.words)
        return found[1].strip() if found else None

    return read


def has_words(reading: str | tuple[int, str]) -> bool:
    """Whether what was read ends in somebody's own words, and not with a number."""
    return isinstance(reading, str) or bool(reading[1] and not reading[1].isdecimal())


def number_behind(*words: str) -> Callable[[Chat], tuple[int, str] | None]:
    """A number behind a word, and the rest as it was written: `补充 12 …`."""
    rest = r"(?:[\s:：,，]+(.*)|([^\d\s].*))?"
    pattern = re.compile(rf"\s*(?:{'|'.join(words)})\s*(\d{{1,12}}){rest}", re.DOTALL)

    def read(chat: Chat) -> tuple[int, str] | None:
        found = pattern.fullmatch(chat.words)
        return (int(found[1]), (found[2] or found[3] or "").strip()) if found else None

    return read
