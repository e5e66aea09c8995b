"""Push (微信推送): what every message and event has in common: who, where, when, identity."""

from dataclasses import dataclass
from hashlib import blake2b
from re import compile as pattern
from unicodedata import category, normalize

INVISIBLE = ("Cc", "Cf")
LINE_SPACE = pattern(r"[\t\r\n]+")


class PushBody:
    """What was said or what happened; one frozen class for each kind."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TextMessage(PushBody):
    """`menu_id` is set when an item of a menu message (msgmenu) was tapped instead of typed."""

    content: str
    menu_id: str = ""


@dataclass(frozen=True, slots=True)
class Push:
    """`key` is the same for a repeat and for nothing else. Events have no `message_id`."""

    account: str
    to: str
    openid: str
    created_at: int
    message_id: str
    key: str
    body: PushBody

    @property
    def words(self) -> str:
        """The text as written; empty for everything that is not text."""
        return self.body.content if isinstance(self.body, TextMessage) else ""

    @property
    def text(self) -> str:
        """The text as commands are compared: NFKC, one line, trimmed, nothing invisible."""
        return command_text(self.words)


def command_text(words: str) -> str:
    folded = LINE_SPACE.sub(" ", normalize("NFKC", words))
    if not folded.isprintable():
        folded = "".join(letter for letter in folded if category(letter) not in INVISIBLE)
    return folded.strip()


def identity_key(*parts: str) -> str:
    """32 hex characters. Parts hold no NUL: markup has dropped it."""
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
