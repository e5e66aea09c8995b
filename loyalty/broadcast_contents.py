"""Contents of group sends (群发内容): what was typed, what it says to each, how it may leave."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from loyalty.messages import Channel
from loyalty.refusals import Refusal


class Place(StrEnum):
    """What is put in for each; a content that names one of them cannot go to many by one call."""

    NAME = "称呼"
    POINTS = "积分"
    TIER = "等级"
    STORED = "余额"
    STORE = "门店"


PLACES = tuple(str(place) for place in Place)
IN_BRACES = re.compile(r"\{([^{}\n]{0,20})\}")
# As a Chinese keyboard writes them.
WIDE = str.maketrans({"\uff5b": "{", "\uff5d": "}", "\uff5c": "|"})
LINK = re.compile(r"https?://[^\s|]{4,500}")
LONGEST_TEXT = 600
LONGEST_TITLE = 60
LONGEST_DESCRIPTION = 120
LONGEST_PATH = 200
FILLED = ("value", "title", "description")
# What one call can say to many alike: articles would have to be drafts at the platform first.
SAID_TO_MANY = ("text", "image")

Content = Mapping[str, Any]


class ContentTooLong(Refusal):
    wording = "broadcast/content_too_long"


class PlaceUnknown(Refusal):
    """Something in braces is none of the facts we can put in."""

    wording = "broadcast/place_unknown"


class ArticleUnread(Refusal):
    wording = "broadcast/article_unread"


class MiniCardUnread(Refusal):
    wording = "broadcast/mini_unread"


class NoContent(Refusal):
    wording = "broadcast/no_content"


def read_content(text: str) -> Content:
    """What somebody typed. Raises what kind of content it cannot be, and why."""
    words = text.translate(WIDE).strip()
    if not words:
        raise NoContent
    head, _, rest = words.partition(" ")
    match head:
        case "图文":
            content = _article(rest)
        case "小程序":
            content = _mini_card(rest)
        case _:
            content = {"kind": "text", "value": _short(words, LONGEST_TEXT)}
    for place in places_in(content):
        if place not in PLACES:
            raise PlaceUnknown(place=place, known=" ".join(f"{{{name}}}" for name in PLACES))
    return content


def picture_content(account: str, media_id: str) -> Content:
    """A picture that was sent into the chat of this account."""
    return {"kind": "image", "account": account, "media_id": media_id}


def places_in(content: Content) -> list[str]:
    """What is put in for each person, in order."""
    return IN_BRACES.findall("".join(str(content.get(name, "")) for name in FILLED))


def filled(content: Content, facts: Mapping[str, str]) -> dict[str, Any]:
    """Plain replacement: what a member typed stays text (reliability B31)."""

    def put(text: str) -> str:
        return IN_BRACES.sub(lambda place: facts[place[1]], text)

    return {name: put(value) if name in FILLED else value for name, value in content.items()}


def channels_for(content: Content) -> frozenset[Channel]:
    """By which ways this content can leave at all."""
    if content["kind"] in SAID_TO_MANY and not places_in(content):
        return frozenset({Channel.SERVICE, Channel.MASS})
    return frozenset({Channel.SERVICE})


def _article(text: str) -> Content:
    parts = _parts(text.rstrip().removesuffix("|"))
    if len(parts) not in (3, 4) or not all(parts):
        raise ArticleUnread
    if any(LINK.fullmatch(link) is None for link in parts[2:]):
        raise ArticleUnread
    return {
        "kind": "article",
        "title": _short(parts[0], LONGEST_TITLE),
        "description": _short(parts[1], LONGEST_DESCRIPTION),
        "url": parts[2],
        "picture_url": parts[3] if len(parts) == 4 else "",
    }


def _mini_card(text: str) -> Content:
    parts = _parts(text)
    if len(parts) != 2 or not all(parts):
        raise MiniCardUnread
    title, path = _short(parts[0], LONGEST_TITLE), _short(parts[1], LONGEST_PATH)
    return {"kind": "mini_card", "title": title, "path": path}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|")]


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise ContentTooLong(longest=longest)
    return text
