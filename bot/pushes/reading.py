"""Reading a push (解析推送): from WeChat's fields to one typed value."""

from dataclasses import dataclass
from re import Pattern
from re import compile as pattern

from bot.markup import Fields, UselessPush
from bot.pushes.account_news import ACCOUNT_READERS
from bot.pushes.acts import ACT_READERS
from bot.pushes.cards import CARD_READERS
from bot.pushes.fields import child_of, needed_text, text_of
from bot.pushes.messages import MESSAGE_READERS
from bot.pushes.push import Push, PushBody, identity_key
from bot.pushes.reports import REPORT_READERS

EVENT_READERS = ACT_READERS | REPORT_READERS | ACCOUNT_READERS | CARD_READERS

# What tells two events of one person in one second apart (messages have their MsgId).
EVENT_IDENTITY = ("EventKey", "Ticket", "MsgID", "CardId", "UserCardCode", "trace_id", "OpenID")
NAME = pattern(r"[A-Za-z0-9_@.-]{1,64}")
SECONDS = pattern(r"[1-9][0-9]{0,9}")
MESSAGE_ID = pattern(r"[0-9]{1,20}")
LONGEST_UNKNOWN_NAME = 64


@dataclass(frozen=True, slots=True)
class UnknownPush(PushBody):
    """A kind this program does not know: counted, answered with nothing."""

    type: str
    event: str


def read_push(fields: Fields, account_name: str) -> Push:
    """Raises UselessPush, naming the field, where an authentic push cannot be used."""
    kind = needed_text(fields, "MsgType").lower()
    openid = _matching(fields, "FromUserName", NAME)
    created_at = _matching(fields, "CreateTime", SECONDS)
    reader = MESSAGE_READERS.get(kind)
    if reader is None:
        message_id, body = "", _read_event(fields, kind)
        identity = ("event", kind, *_event_identity(fields))
    else:
        message_id, body = _matching(fields, "MsgId", MESSAGE_ID), reader(fields)
        identity = ("message", message_id)
    return Push(
        account=account_name,
        to=_matching(fields, "ToUserName", NAME),
        openid=openid,
        created_at=int(created_at),
        message_id=message_id,
        key=identity_key(account_name, openid, created_at, *identity),
        body=body,
    )


def _matching(fields: Fields, name: str, shape: Pattern[str]) -> str:
    text = needed_text(fields, name)
    if not shape.fullmatch(text):
        raise UselessPush("field_" + name)
    return text


def _read_event(fields: Fields, kind: str) -> PushBody:
    event = text_of(fields, "Event")
    reader = EVENT_READERS.get(event.lower()) if kind == "event" else None
    if reader is None:
        return UnknownPush(kind[:LONGEST_UNKNOWN_NAME], event[:LONGEST_UNKNOWN_NAME])
    return reader(fields)


def _event_identity(fields: Fields) -> tuple[str, ...]:
    scanned = text_of(child_of(fields, "ScanCodeInfo"), "ScanResult")
    unknown_id = text_of(fields, "MsgId")
    parts = (text_of(fields, name) for name in EVENT_IDENTITY)
    return (text_of(fields, "Event").lower(), scanned, unknown_id, *parts)
