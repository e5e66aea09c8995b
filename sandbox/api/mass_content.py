"""What a mass message (群发内容) may hold, and how it is seen."""

from collections.abc import Callable

from sandbox.api.customer_service import Shown, media_of
from sandbox.api.door import ApiCall
from sandbox.api.errors import PlatformError
from sandbox.push.replies import MOST_TEXT_BYTES
from sandbox.records import JsonObject


def content_of(call: ApiCall) -> tuple[str, Shown]:
    kind = str(call.body.get("msgtype", ""))
    if kind == "wxcard":
        raise PlatformError(45113)
    if kind not in BRANCHES:
        raise PlatformError(45162)
    # Pictures stand under another name than their kind, but for a preview.
    branch = call.body.get("images" if kind == "image" else kind, call.body.get(kind))
    if not isinstance(branch, dict):
        raise PlatformError(47001)
    return kind, BRANCHES[kind](call, branch)


def _text(_call: ApiCall, branch: JsonObject) -> Shown:
    content = branch.get("content")
    if not isinstance(content, str) or not content:
        raise PlatformError(44004)
    if len(content.encode()) > MOST_TEXT_BYTES:
        raise PlatformError(45002)
    return "text", {"text": content}


def _images(call: ApiCall, branch: JsonObject) -> Shown:
    numbers = branch.get("media_ids", [branch.get("media_id")])
    if not isinstance(numbers, list) or not numbers:
        raise PlatformError(40007)
    pictures = [media_of(call, {"media_id": number}, "media_id") for number in numbers]
    return "image", {"image_url": pictures[0], "text": str(branch.get("recommend", ""))}


def _voice(call: ApiCall, branch: JsonObject) -> Shown:
    return "voice", {"media_url": media_of(call, branch, "media_id")}


def _film(call: ApiCall, branch: JsonObject) -> Shown:
    words = {"text": str(branch.get("title", ""))}
    return "video", {"media_url": media_of(call, branch, "media_id"), **words}


def _articles(call: ApiCall, branch: JsonObject) -> Shown:
    draft = call.record.drafts.get(str(branch.get("media_id", "")))
    if draft is None:
        raise PlatformError(40007)
    return "news", {"articles": draft.articles}


BRANCHES: dict[str, Callable[[ApiCall, JsonObject], Shown]] = {
    "text": _text,
    "image": _images,
    "voice": _voice,
    "mpvideo": _film,
    "mpnews": _articles,
}
