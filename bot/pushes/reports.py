"""Reports (平台回执): what became of something we sent, asked or published."""

from collections.abc import Callable
from dataclasses import dataclass
from re import compile as pattern
from typing import Literal

from bot.markup import Fields
from bot.pushes.fields import child_of, items_of, number_of, text_of
from bot.pushes.push import PushBody

REVIEW_ERROR = pattern(r"err\(([0-9]{1,9})\)")


@dataclass(frozen=True, slots=True)
class TemplateSent(PushBody):
    """The end of a template message; `blocked` means that the person refuses them."""

    message_id: str
    outcome: Literal["delivered", "blocked", "failed"]


@dataclass(frozen=True, slots=True)
class MassSent(PushBody):
    """The end of a mass send. `review_error` is the platform's reason for refusing its content."""

    message_id: str
    is_sent: bool
    review_error: int
    total: int
    filtered: int
    sent: int
    errors: int
    article_urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubscribeChoice:
    template_id: str
    is_accepted: bool
    popup_scene: str


@dataclass(frozen=True, slots=True)
class SubscribePopup(PushBody):
    """What a person chose when asked for notices (订阅通知)."""

    choices: tuple[SubscribeChoice, ...]


@dataclass(frozen=True, slots=True)
class SubscribeChange(PushBody):
    """What a person changed later in the settings; only refusals are pushed."""

    choices: tuple[SubscribeChoice, ...]


@dataclass(frozen=True, slots=True)
class SubscribeResult:
    template_id: str
    message_id: str
    error_code: int
    error_text: str


@dataclass(frozen=True, slots=True)
class SubscribeSent(PushBody):
    results: tuple[SubscribeResult, ...]


@dataclass(frozen=True, slots=True)
class PublishFinished(PushBody):
    """`status` 0 is published; `failed_articles` counts from 1."""

    publish_id: str
    status: int
    article_id: str
    article_urls: tuple[str, ...]
    failed_articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MediaChecked(PushBody):
    """The verdict on a picture or sound that was sent for review."""

    trace_id: str
    appid: str
    verdict: str
    label: int


def _template_sent(fields: Fields) -> TemplateSent:
    status = text_of(fields, "Status").replace(" ", "").lower()
    message_id = text_of(fields, "MsgID", "MsgId")
    if status == "success":
        return TemplateSent(message_id, "delivered")
    return TemplateSent(message_id, "blocked" if status == "failed:userblock" else "failed")


def _mass_sent(fields: Fields) -> MassSent:
    status = text_of(fields, "Status").strip().lower()
    error = REVIEW_ERROR.fullmatch(status)
    articles = items_of(child_of(child_of(fields, "ArticleUrlResult"), "ResultList"), "item")
    return MassSent(
        message_id=text_of(fields, "MsgID", "MsgId"),
        is_sent=status in ("send success", "sendsuccess"),
        review_error=int(error[1]) if error else 0,
        total=number_of(fields, "TotalCount"),
        filtered=number_of(fields, "FilterCount"),
        sent=number_of(fields, "SentCount"),
        errors=number_of(fields, "ErrorCount"),
        article_urls=tuple(text_of(article, "ArticleUrl") for article in articles),
    )


def _subscribe_items(fields: Fields) -> list[Fields]:
    """XML wraps the list; one official sample shows the popup's wrapper in the change event."""
    wrapper = child_of(
        fields, "SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent"
    )
    return items_of(wrapper or fields, "List")


def _choices(fields: Fields) -> tuple[SubscribeChoice, ...]:
    return tuple(
        SubscribeChoice(
            template_id=text_of(item, "TemplateId"),
            is_accepted=text_of(item, "SubscribeStatusString").lower() == "accept",
            popup_scene=text_of(item, "PopupScene"),
        )
        for item in _subscribe_items(fields)
    )


def _subscribe_sent(fields: Fields) -> SubscribeSent:
    return SubscribeSent(
        tuple(
            SubscribeResult(
                template_id=text_of(item, "TemplateId"),
                message_id=text_of(item, "MsgID", "MsgId"),
                error_code=number_of(item, "ErrorCode"),
                error_text=text_of(item, "ErrorStatus"),
            )
            for item in _subscribe_items(fields)
        )
    )


def _publish_finished(fields: Fields) -> PublishFinished:
    info = child_of(fields, "PublishEventInfo")
    articles = items_of(child_of(info, "article_detail"), "item")
    failed = info.get("fail_idx", [])
    indexes = [failed] if isinstance(failed, str) else list(failed)
    return PublishFinished(
        publish_id=text_of(info, "publish_id"),
        status=number_of(info, "publish_status", default=-1),
        article_id=text_of(info, "article_id"),
        article_urls=tuple(text_of(article, "article_url") for article in articles),
        failed_articles=tuple(number_of({"fail_idx": index}, "fail_idx") for index in indexes),
    )


def _media_checked(fields: Fields) -> MediaChecked:
    """Version 1 says `isrisky` 0 or 1, version 2 a result with a suggestion and a label."""
    result = child_of(fields, "result")
    old_verdict = {"0": "pass", "1": "risky"}.get(text_of(fields, "isrisky"), "")
    return MediaChecked(
        trace_id=text_of(fields, "trace_id"),
        appid=text_of(fields, "appid"),
        verdict=text_of(result, "suggest") or old_verdict,
        label=number_of(result, "label"),
    )


REPORT_READERS: dict[str, Callable[[Fields], PushBody]] = {
    "templatesendjobfinish": _template_sent,
    "masssendjobfinish": _mass_sent,
    "subscribe_msg_popup_event": lambda fields: SubscribePopup(_choices(fields)),
    "subscribe_msg_change_event": lambda fields: SubscribeChange(_choices(fields)),
    "subscribe_msg_sent_event": _subscribe_sent,
    "publishjobfinish": _publish_finished,
    "wxa_media_check": _media_checked,
}
