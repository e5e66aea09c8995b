"""Passive reply (被动回复): the one answer that goes back in WeChat's own request.

A malformed answer shows the member a fault tip, so texts are cut and cleaned here.
"""

import json
from dataclasses import dataclass
from typing import TypeAlias

from bot.markup import cdata, clean
from bot.pushes import Push

LONGEST_TEXT_BYTES = 2048
MOST_ARTICLES = 8


@dataclass(frozen=True, slots=True)
class TextReply:
    text: str


@dataclass(frozen=True, slots=True)
class ImageReply:
    media_id: str


@dataclass(frozen=True, slots=True)
class VoiceReply:
    media_id: str


@dataclass(frozen=True, slots=True)
class VideoReply:
    media_id: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class MusicReply:
    thumb_media_id: str
    title: str = ""
    description: str = ""
    url: str = ""
    high_quality_url: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    description: str
    picture_url: str
    url: str


@dataclass(frozen=True, slots=True)
class NewsReply:
    """Up to 8 articles answer an event, only the first answers a message."""

    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class TransferToAgents:
    """Hands the message to human agents (客服), or to one of them."""

    agent: str = ""


Reply: TypeAlias = (
    TextReply | ImageReply | VoiceReply | VideoReply | MusicReply | NewsReply | TransferToAgents
)


def render_reply(reply: Reply, push: Push, *, now_seconds: int) -> str:
    """The reply as XML, from the account to the person who wrote."""
    kind, content = _content(reply, push)
    return (
        f"<xml><ToUserName>{cdata(push.openid)}</ToUserName>"
        f"<FromUserName>{cdata(push.to)}</FromUserName>"
        f"<CreateTime>{now_seconds}</CreateTime><MsgType>{cdata(kind)}</MsgType>{content}</xml>"
    )


def render_transfer_json(push: Push, *, now_seconds: int) -> str:
    """The only answer with content that a mini-program account may give, in its JSON format."""
    return json.dumps(
        {
            "ToUserName": push.openid,
            "FromUserName": push.to,
            "CreateTime": now_seconds,
            "MsgType": "transfer_customer_service",
        }
    )


def fit_text(text: str, limit_bytes: int = LONGEST_TEXT_BYTES) -> str:
    """The longest head of the text within the limit; no character is cut in two."""
    data = clean(text).encode()
    return data[:limit_bytes].decode(errors="ignore")


def _content(reply: Reply, push: Push) -> tuple[str, str]:
    match reply:
        case TextReply(text):
            return "text", f"<Content>{cdata(fit_text(text))}</Content>"
        case ImageReply(media_id):
            return "image", _element("Image", MediaId=media_id)
        case VoiceReply(media_id):
            return "voice", _element("Voice", MediaId=media_id)
        case VideoReply(media_id, title, description):
            return "video", _element(
                "Video", MediaId=media_id, Title=title, Description=description
            )
        case MusicReply():
            return "music", _music(reply)
        case NewsReply(articles):
            return "news", _news(articles[: 1 if push.message_id else MOST_ARTICLES])
        case TransferToAgents(agent):
            return "transfer_customer_service", _element("TransInfo", KfAccount=agent)


def _element(name: str, **children: str) -> str:
    """Children without a value are left out, and so is an element without children."""
    inner = "".join(f"<{child}>{cdata(text)}</{child}>" for child, text in children.items() if text)
    return f"<{name}>{inner}</{name}>" if inner else ""


def _music(reply: MusicReply) -> str:
    return _element(
        "Music",
        Title=reply.title,
        Description=reply.description,
        MusicUrl=reply.url,
        HQMusicUrl=reply.high_quality_url,
        ThumbMediaId=reply.thumb_media_id,
    )


def _news(articles: tuple[Article, ...]) -> str:
    items = "".join(
        _element(
            "item",
            Title=article.title,
            Description=article.description,
            PicUrl=article.picture_url,
            Url=article.url,
        )
        for article in articles
    )
    return f"<ArticleCount>{len(articles)}</ArticleCount><Articles>{items}</Articles>"
