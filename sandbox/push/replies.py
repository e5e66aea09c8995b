"""Passive replies (被动回复): what the shop's answer to a push must look like to reach the chat."""

from collections.abc import Callable
from typing import Any

from sandbox.config import Account
from sandbox.records import Contact, JsonObject
from sandbox.world import World

MOST_TEXT_BYTES = 2048
MOST_ARTICLES = 8
# An answer to these kinds of message may carry one article only; the client shows the first.
ONE_ARTICLE_KINDS = ("text", "image", "voice", "video", "location", "link")


class BadReply(ValueError):
    """The member sees the fault tip instead."""


def check_envelope(reply: JsonObject, push: JsonObject) -> None:
    """From and To are swapped relative to the push."""
    if reply.get("ToUserName") != push["FromUserName"]:
        raise BadReply("ToUserName is not the member")
    if reply.get("FromUserName") != push["ToUserName"]:
        raise BadReply("FromUserName is not the account")
    if not str(reply.get("CreateTime", "")).isdigit():
        raise BadReply("CreateTime is not a number")
    if reply.get("MsgType") not in SHOWN and reply.get("MsgType") not in HANDED_OVER:
        raise BadReply(f"MsgType {reply.get('MsgType')!r} is not a reply")


def check_content(world: World, account: Account, reply: JsonObject) -> None:
    """Every part the kind needs is there, and its media was uploaded and is not too old."""
    kind = reply["MsgType"]
    if kind == "text":
        _check_text(reply)
    elif kind == "news":
        _check_news(reply)
    elif kind in MEDIA_PLACE:
        part, field = MEDIA_PLACE[kind]
        media_id = _part(reply, part).get(field)
        if not isinstance(media_id, str) or world.media.find(account, media_id) is None:
            raise BadReply(f"{part}.{field} is no media of this account")


def show_reply(world: World, contact: Contact, reply: JsonObject, *, push: JsonObject) -> bool:
    """Puts the reply into the chat; handing over to human agents shows nothing."""
    kind = reply["MsgType"]
    if kind in HANDED_OVER:
        return False
    shown_as, facts = SHOWN[kind](reply)
    if shown_as == "news" and push["MsgType"] in ONE_ARTICLE_KINDS:
        facts["articles"] = facts["articles"][:1]
    world.add_message(contact, "account", shown_as, via="reply", **facts)
    return True


def media_url(media_id: str) -> str:
    return f"/stage/media/{media_id}"


def _check_text(reply: JsonObject) -> None:
    content = reply.get("Content")
    if not isinstance(content, str) or not content:
        raise BadReply("Content is empty")
    if len(content.encode()) > MOST_TEXT_BYTES:
        raise BadReply(f"Content is over {MOST_TEXT_BYTES} bytes")


def _check_news(reply: JsonObject) -> None:
    items = _items(reply)
    if not 1 <= len(items) <= MOST_ARTICLES:
        raise BadReply(f"1 to {MOST_ARTICLES} articles, not {len(items)}")
    if str(reply.get("ArticleCount")) != str(len(items)):
        raise BadReply("ArticleCount is not the number of articles")


def _items(reply: JsonObject) -> list[JsonObject]:
    items = _part(reply, "Articles").get("item", [])
    return [item for item in (items if isinstance(items, list) else [items]) if item]


def _part(reply: JsonObject, name: str) -> JsonObject:
    part = reply.get(name)
    if not isinstance(part, dict):
        raise BadReply(f"{name} is missing")
    return part


def _text(reply: JsonObject) -> tuple[str, dict[str, Any]]:
    return "text", {"text": reply["Content"]}


def _image(reply: JsonObject) -> tuple[str, dict[str, Any]]:
    return "image", {"image_url": media_url(reply["Image"]["MediaId"])}


def _voice(reply: JsonObject) -> tuple[str, dict[str, Any]]:
    return "voice", {"media_url": media_url(reply["Voice"]["MediaId"])}


def _video(reply: JsonObject) -> tuple[str, dict[str, Any]]:
    film = reply["Video"]
    words = {"text": film.get("Title", ""), "description": film.get("Description", "")}
    return "video", {"media_url": media_url(film["MediaId"]), **words}


def _music(reply: JsonObject) -> tuple[str, dict[str, Any]]:
    song = reply["Music"]
    card = {
        "title": song.get("Title", ""),
        "description": song.get("Description", ""),
        "image_url": media_url(song["ThumbMediaId"]),
        "url": song.get("MusicUrl") or song.get("HQMusicUrl", ""),
    }
    return "news", {"articles": [card]}


def _news(reply: JsonObject) -> tuple[str, dict[str, Any]]:
    cards = [
        {
            "title": item.get("Title", ""),
            "description": item.get("Description", ""),
            "image_url": item.get("PicUrl", ""),
            "url": item.get("Url", ""),
        }
        for item in _items(reply)
    ]
    return "news", {"articles": cards}


MEDIA_PLACE = {
    "image": ("Image", "MediaId"),
    "voice": ("Voice", "MediaId"),
    "video": ("Video", "MediaId"),
    "music": ("Music", "ThumbMediaId"),
}
HANDED_OVER = ("transfer_customer_service", "transfer_biz_ai_ivr")
SHOWN: dict[str, Callable[[JsonObject], tuple[str, dict[str, Any]]]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "music": _music,
    "news": _news,
}
