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
