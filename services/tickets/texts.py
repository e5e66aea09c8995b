"""Texts of tickets (工单文字): sealed as they were written, harmless where they are shown."""

import re

from loyalty.refusals import Refusal
from loyalty.tickets import LONGEST_TEXT
from services.shop import Shop
from storage.sealing import seal, unseal

TABLE, COLUMN = "ticket_messages", "text_sealed"
# Writing direction marks would let a text rearrange the sentence it stands in (B07).
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
FULL_WIDTH = str.maketrans({"<": "\uff1c", ">": "\uff1e"})
PAGE_BYTES = 1200


class TextTooLong(Refusal):
    wording = "tickets/text_too_long"


def check_length(text: str) -> str:
    """Raises TextTooLong."""
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(longest=LONGEST_TEXT)
    return text


def seal_text(shop: Shop, text: str, *, key: str) -> bytes | None:
    """Bound to the message's key, which is known before its row; nothing for no text."""
    text = DIRECTION_MARKS.sub("", text).strip()
    return seal(shop.keys, text, table=TABLE, column=COLUMN, row=key) if text else None


def unseal_text(shop: Shop, sealed: bytes | None, *, key: str) -> str:
    if sealed is None:
        return ""
    return unseal(shop.keys, sealed, table=TABLE, column=COLUMN, row=key)


def shown_text(text: str) -> str:
    """In a chat a text of somebody else must not become a link that sends a command."""
    return text.translate(FULL_WIDTH)


def pages_of(lines: list[str], *, page_bytes: int = PAGE_BYTES) -> list[list[str]]:
    """Lines, newest first, as they fit on one message each, to be read from above.

    A line too long for a message is parted.
    """
    pages: list[list[str]] = [[]]
    room = page_bytes
    for line in (part for whole in lines for part in reversed(_parted(whole, page_bytes))):
        size = len(line.encode()) + 1
        if size > room and pages[-1]:
            pages.append([])
            room = page_bytes
        pages[-1].insert(0, line)
        room -= size
    return pages


def _parted(line: str, most_bytes: int) -> list[str]:
    # No letter takes more than four bytes.
    width = max(1, most_bytes // 4)
    return [line[start : start + width] for start in range(0, len(line), width)] or [""]
