"""Customer-service messages (客服消息): what an account may write to those who lately came by."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.allowance import is_window_open, spend_grant
from sandbox.api.door import ApiCall, Endpoint
from sandbox.api.errors import PlatformError
from sandbox.push.replies import media_url
from sandbox.records import Contact, JsonObject

MOST_TEXT_BYTES = 2048
TYPING_AFTER_CONTACT = timedelta(seconds=30)
FOR_OFFICIAL = frozenset(
    [
        "text",
        "image",
        "voice",
        "video",
        "music",
        "news",
        "mpnews",
        "mpnewsarticle",
        "msgmenu",
        "miniprogrampage",
    ]
)
FOR_MINI = frozenset(["text", "image", "link", "miniprogrampage"])
Shown = tuple[str, dict[str, Any]]


async def send_message(call: ApiCall) -> JsonObject:
    contact = receiver(call)
    kind = str(call.body.get("msgtype", ""))
    if kind == "wxcard":
        raise PlatformError(45113)
    if kind not in (FOR_MINI if call.account.is_mini else FOR_OFFICIAL):
        raise PlatformError(40008)
    branch = call.body.get(kind)
    if not isinstance(branch, dict):
        raise PlatformError(47001)
    shown_as, facts = BRANCHES[kind](call, branch)
    if not is_window_open(call.world, contact):
        raise PlatformError(45015)
    if not spend_grant(call.world, contact):
        raise PlatformError(45047)
    call.world.add_message(contact, "account", shown_as, via="service", **facts)
    return {"errcode": 0, "errmsg": "ok"}


async def show_typing(call: ApiCall) -> JsonObject:
    contact, command = receiver(call), call.body.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise PlatformError(45072)
    last, now = contact.last_contact_at, call.world.clock.now()
    if last is None or now - last > TYPING_AFTER_CONTACT:
        raise PlatformError(45080)
    if command == "Typing" and call.world.is_typing(contact):
        raise PlatformError(45081)
    call.world.show_typing(contact, command == "Typing")
    return {"errcode": 0, "errmsg": "ok"}


def receiver(call: ApiCall) -> Contact:
    openid = call.body.get("touser")
    contact = call.world.contact_of_openid(call.account, openid) if type(openid) is str else None
    if contact is None:
        raise PlatformError(40003)
    return contact


def _text(_call: ApiCall, branch: JsonObject) -> Shown:
    content = branch.get("content")
    if not isinstance(content, str) or not content:
        raise PlatformError(44004)
    if len(content.encode()) > MOST_TEXT_BYTES:
        raise PlatformError(45002)
    return "text", {"text": content}


def _image(call: ApiCall, branch: JsonObject) -> Shown:
    return "image", {"image_url": media_of(call, branch, "media_id")}


def _voice(call: ApiCall, branch: JsonObject) -> Shown:
    return "voice", {"media_url": media_of(call, branch, "media_id")}


def _video(call: ApiCall, branch: JsonObject) -> Shown:
    media_of(call, branch, "thumb_media_id")
    words = {
        "text": str(branch.get("title", "")),
        "description": str(branch.get("description", "")),
    }
    return "video", {"media_url": media_of(call, branch, "media_id"), **words}


def _music(call: ApiCall, branch: JsonObject) -> Shown:
    picture = media_of(call, branch, "thumb_media_id")
    url = str(branch.get("musicurl") or branch.get("hqmusicurl") or "")
    return "news", {"articles": [_card(branch, image_url=picture, url=url)]}


def _news(_call: ApiCall, branch: JsonObject) -> Shown:
    articles = branch.get("articles")
    if not isinstance(articles, list) or not all(isinstance(entry, dict) for entry in articles):
        raise PlatformError(47001)
    if len(articles) != 1:
        raise PlatformError(45008)
    (article,) = articles
    url, picture = str(article.get("url", "")), str(article.get("picurl", ""))
    return "news", {"articles": [_card(article, image_url=picture, url=url)]}


def _published(_call: ApiCall, branch: JsonObject) -> Shown:
    """Articles from the draft box: the sandbox knows their number only."""
    number = str(branch.get("article_id") or branch.get("media_id") or "")
    if not number:
        raise PlatformError(40007)
    return "news", {"articles": [_card({"title": number}, image_url="", url="")]}


def _menu(_call: ApiCall, branch: JsonObject) -> Shown:
    items = branch.get("list")
    if not isinstance(items, list) or not items:
        raise PlatformError(40035)
    if not all(isinstance(item, dict) and {"id", "content"} <= set(item) for item in items):
        raise PlatformError(40035)
    shown = [{"id": str(item["id"]), "content": str(item["content"])} for item in items]
    head, tail = str(branch.get("head_content", "")), str(branch.get("tail_content", ""))
    return "menu", {"text": head, "items": shown, "tail": tail}


def _mini_program(call: ApiCall, branch: JsonObject) -> Shown:
    facts = {name: str(branch.get(name, "")) for name in ("title", "appid", "pagepath")}
    if not facts["pagepath"] or not (facts["appid"] or call.account.is_mini):
        raise PlatformError(40035)
    return "miniprogrampage", {**facts, "image_url": media_of(call, branch, "thumb_media_id")}


def _link(_call: ApiCall, branch: JsonObject) -> Shown:
    picture, url = str(branch.get("thumb_url", "")), str(branch.get("url", ""))
    return "news", {"articles": [_card(branch, image_url=picture, url=url)]}


def _card(branch: JsonObject, *, image_url: str, url: str) -> JsonObject:
    return {
        "title": str(branch.get("title", "")),
        "description": str(branch.get("description", "")),
        "image_url": image_url,
        "url": url,
    }


def media_of(call: ApiCall, branch: JsonObject, name: str) -> str:
    media_id = branch.get(name)
    if not isinstance(media_id, str) or call.world.media.find(call.account, media_id) is None:
        raise PlatformError(40007)
    return media_url(media_id)


BRANCHES: dict[str, Callable[[ApiCall, JsonObject], Shown]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "music": _music,
    "news": _news,
    "mpnews": _published,
    "mpnewsarticle": _published,
    "msgmenu": _menu,
    "miniprogrampage": _mini_program,
    "link": _link,
}
ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/message/custom/send", send_message, raw_text=True),
    Endpoint("POST", "/cgi-bin/message/custom/typing", show_typing),
    Endpoint("POST", "/cgi-bin/message/custom/business/typing", show_typing),
)
