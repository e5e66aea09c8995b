"""What the pretend platform remembers (存档): people, chats, grants, tokens, codes, receipts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

JsonObject = dict[str, Any]


@dataclass(slots=True)
class Grant:
    """Leave to send customer-service messages, given by one thing a member did."""

    trigger: str
    left: int
    ends_at: datetime


@dataclass(slots=True)
class ChatMessage:
    """One bubble; `facts` holds what its kind needs (text, image_url, articles, items, …)."""

    n: int
    at: datetime
    sender: str
    kind: str
    facts: dict[str, Any]
    via: str | None = None


@dataclass(slots=True)
class Phone:
    """`notices` is the chat 服务通知, which belongs to WeChat itself and not to an account."""

    id: str
    name: str
    notices: list[ChatMessage] = field(default_factory=list)
    notice_count: int = 0


@dataclass(slots=True)
class Contact:
    """One person's link to one account; without a phone it is one of a crowd."""

    openid: str
    phone_id: str
    unionid: str
    following: bool = False
    followed_at: datetime | None = None
    last_contact_at: datetime | None = None
    subscribe_scene: str = ""
    qr_scene: int = 0
    qr_scene_str: str = ""
    remark: str = ""
    tag_ids: list[int] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    messages: list[ChatMessage] = field(default_factory=list)
    message_count: int = 0
    typing_until: datetime | None = None
    # Sends that were accepted in a popup and not used, by template; then one for each scene.
    subscriptions: dict[str, int] = field(default_factory=dict)
    one_time: list[str] = field(default_factory=list)
    # Mass messages received, by month.
    mass_received: dict[str, int] = field(default_factory=dict)
    blocks_messages: bool = False


@dataclass(slots=True)
class SentOnce:
    """What a client's own id stands for, as long as the platform remembers it."""

    msg_id: int
    at: datetime
    tried_at: datetime


@dataclass(slots=True)
class MassJob:
    """A mass message on its way; `planned` is the end the stage has ordered for it."""

    msg_id: int
    openids: list[str]
    kind: str
    shown_as: str
    facts: JsonObject
    at: datetime
    planned: str = ""
    status: str = "SENDING"
    counts: dict[str, int] = field(default_factory=dict)
    outcome: str = ""


@dataclass(slots=True)
class Draft:
    """Articles in the draft box (草稿箱), sent by their media_id."""

    media_id: str
    articles: list[JsonObject]


@dataclass(slots=True)
class AccessToken:
    family: str
    value: str
    expires_at: datetime
    usable_until: datetime


@dataclass(slots=True)
class QrCode:
    ticket: str
    url: str
    scene_id: int = 0
    scene_str: str = ""
    expires_at: datetime | None = None

    @property
    def scene(self) -> str:
        return self.scene_str or str(self.scene_id)


@dataclass(slots=True)
class MediaRecord:
    id: str
    kind: str
    content_type: str
    file_name: str
    expires_at: datetime | None


@dataclass(slots=True)
class LoginCode:
    """A one-time code a phone hands to a web page or mini-program."""

    code: str
    purpose: str
    phone_id: str
    scope: str
    is_snapshot: bool
    expires_at: datetime
    is_used: bool = False


@dataclass(slots=True)
class WebToken:
    access_token: str
    refresh_token: str
    openid: str
    phone_id: str
    scope: str
    is_snapshot: bool
    expires_at: datetime


@dataclass(slots=True)
class ShortMessage:
    """An SMS on its way to whoever has the number."""

    n: int
    id: str
    to: str
    text: str
    at: datetime


@dataclass(slots=True)
class Tag:
    id: int
    name: str


@dataclass(slots=True)
class AccountRecord:
    contacts: dict[str, Contact] = field(default_factory=dict)
    tokens: list[AccessToken] = field(default_factory=list)
    forced_at: list[datetime] = field(default_factory=list)
    menu: JsonObject | None = None
    qr_codes: dict[str, QrCode] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    tag_count: int = 0
    media: dict[str, MediaRecord] = field(default_factory=dict)
    login_codes: dict[str, LoginCode] = field(default_factory=dict)
    web_tokens: list[WebToken] = field(default_factory=list)
    quota_day: str = ""
    quota_used: dict[str, int] = field(default_factory=dict)
    quota_cleared_in: list[str] = field(default_factory=list)
    # What the stage has set for a path, before the configuration and the platform's own figures.
    quota_set: dict[str, int] = field(default_factory=dict)
    minute_set: dict[str, int] = field(default_factory=dict)
    minute: str = ""
    minute_used: dict[str, int] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    sent_once: dict[str, SentOnce] = field(default_factory=dict)
    mass_jobs: dict[str, MassJob] = field(default_factory=dict)
    mass_speed: int = 0
    # Days on which everybody was written to.
    mass_to_all: list[str] = field(default_factory=list)
    drafts: dict[str, Draft] = field(default_factory=dict)
    jsapi_ticket: str = ""
    jsapi_ticket_expires_at: datetime | None = None


@dataclass(slots=True)
class Receipt:
    """Paper of the till: a sale, a refund or a top-up; `answer` is what the shop said to it."""

    receipt_no: str
    till: str
    request: JsonObject
    state: str
    amount_fen: int
    made_at: datetime
    claim_url: str = ""
    sequence: int | None = None
    status: int | None = None
    kind: str = "sale"
    steps: list[JsonObject] = field(default_factory=list)
    stored_fen: int = 0
    refunded_fen: int = 0
    answer: JsonObject = field(default_factory=dict)


@dataclass(slots=True)
class TillRecord:
    receipt_count: int = 0
    sequences: dict[str, int] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)


@dataclass(slots=True)
class State:
    clock_ahead_seconds: float = 0.0
    phones: dict[str, Phone] = field(default_factory=dict)
    accounts: dict[str, AccountRecord] = field(default_factory=dict)
    till: TillRecord = field(default_factory=TillRecord)
    journal_count: int = 0
    short_messages: list[ShortMessage] = field(default_factory=list)
    short_message_count: int = 0
