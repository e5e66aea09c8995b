"""A person's phone (手机): chats, follows, scans and opens links the way WeChat passes it on."""

import asyncio
import base64
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urljoin, urlsplit

import aiohttp

from tests.contract.fake_wechat import FakeWeChat
from tests.contract.wire import Account, Envelope, fields_of, opened, sealed, xml_of

WECHAT_BROWSER = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN"
LATE_SECONDS = 12
NOTHING = (b"", b"success")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one push: the status, and the reply as a member reads it."""

    status: int
    raw: bytes
    plain: bytes = b""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        return self.raw.strip() in NOTHING

    @property
    def text(self) -> str:
        return "\n".join(str(value) for value in readable(self.fields))

    @property
    def numbers(self) -> list[str]:
        return numbers_in(self.text)


@dataclass(frozen=True, slots=True)
class Page:
    """Where the browser ended."""

    url: str
    status: int
    html: str

    @property
    def words(self) -> str:
        body = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", self.html)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).strip()


def readable(fields: dict[str, Any]) -> list[str]:
    if fields.get("MsgType") == "text":
        return [fields["Content"]]
    names = ("Title", "Description", "Url", "PicUrl", "MediaId")
    found = re.findall(rf"'(?:{'|'.join(names)})': '([^']*)'", repr(fields))
    return [text for text in found if text]


def numbers_in(text: str) -> list[str]:
    """Every number a person reads, without the links around tappable words."""
    return re.findall(r"\d+(?:\.\d+)?", re.sub(r"<[^>]+>", " ", text))


def member_codes_in(text: str) -> list[str]:
    """Member codes (会员码), however their digits are grouped for reading."""
    return re.findall(r"(?<!\d)66\d{16}(?!\d)", re.sub(r"(?<=\d) (?=\d)", "", text))


def tappable_words(text: str) -> list[str]:
    return [unquote(word) for word in re.findall(r"msgmenucontent=([^&\"']+)", text)]


def new_openid() -> str:
    return "o" + base64.urlsafe_b64encode(secrets.token_bytes(21)).decode()[:27]


@dataclass(slots=True)
class Phone:
    """One person at one account; pushes may go to any process of the installation."""

    account: Account
    session: aiohttp.ClientSession
    urls: list[str]
    wechat: FakeWeChat
    openid: str = field(default_factory=new_openid)
    cookies: dict[str, str] = field(default_factory=dict)

    def push(self, kind: str, **facts: Any) -> dict[str, Any]:
        """The clear fields of one push; delivering them again is the same message."""
        common = {
            "ToUserName": self.account.original_id,
            "FromUserName": self.openid,
            "CreateTime": int(time.time()),
            "MsgType": kind,
        }
        own = {} if kind == "event" else {"MsgId": secrets.randbelow(10**17) + 10**18}
        return common | facts | own

    def text(self, words: str, **facts: Any) -> dict[str, Any]:
        return self.push("text", Content=words, **facts)

    def event(self, name: str, **facts: Any) -> dict[str, Any]:
        return self.push("event", Event=name, **facts)

    async def deliver(self, push: dict[str, Any] | bytes, *, at: int = 0) -> Answer:
        """One delivery under a fresh timestamp, nonce and signature."""
        message = push if isinstance(push, bytes) else xml_of(push)
        return await self.post(sealed(self.account, message), at=at)

    async def post(self, envelope: Envelope, *, at: int = 0) -> Answer:
        query = urlencode(envelope.query | {"openid": self.openid})
        url = f"{self.urls[at % len(self.urls)]}/wechat/{self.account.name}?{query}"
        headers = {"Content-Type": envelope.content_type}
        async with self.session.post(url, data=envelope.body, headers=headers) as response:
            raw = await response.read()
        if response.status != 200 or raw.strip() in NOTHING:
            return Answer(response.status, raw)
        plain = opened(self.account, raw)
        return Answer(response.status, raw, plain, fields_of(plain))

    async def tells(self, push: dict[str, Any], *, at: int = 0) -> str:
        """Deliver once and read what comes, be it the reply or a customer-service message."""
        before = len(self.wechat.journal)
        answer = await self.deliver(push, at=at)
        assert answer.status == 200, (answer.status, answer.raw[:300])
        if not answer.is_nothing:
            assert answer.fields["ToUserName"] == self.openid
            assert answer.fields["FromUserName"] == self.account.original_id
            return answer.text
        return await self.hears(after=before)

    async def hears(self, *, after: int) -> str:
        """The first customer-service message written down after this point of the journal."""
        give_up_at = time.monotonic() + LATE_SECONDS
        while not (heard := self.wechat.sent_to(self.openid, after=after)):
            assert time.monotonic() < give_up_at, f"{self.openid} was never answered"
            await asyncio.sleep(0.02)
        return heard[0].text

    async def says(self, words: str, *, at: int = 0) -> str:
        return await self.tells(self.text(words), at=at)

    async def follows(self, scene: str = "", *, at: int = 0) -> str:
        facts = {"EventKey": f"qrscene_{scene}", "Ticket": "gQ" + "x" * 90} if scene else {}
        return await self.tells(self.event("subscribe", **({"EventKey": ""} | facts)), at=at)

    async def leaves(self) -> Answer:
        return await self.deliver(self.event("unsubscribe", EventKey=""))

    async def scans(self, scene: str, *, at: int = 0) -> str:
        return await self.tells(self.scan(scene), at=at)

    def scan(self, scene: str) -> dict[str, Any]:
        return self.event("SCAN", EventKey=scene, Ticket="gQ" + "x" * 90)

    def scan_result(self, content: str) -> dict[str, Any]:
        code = {"ScanType": "qrcode", "ScanResult": content}
        return self.event("scancode_waitmsg", EventKey="scan", ScanCodeInfo=code)

    async def joins(self, *, at: int = 0) -> str:
        await self.says("入会", at=at)
        return await self.says("同意", at=at)

    async def opens(self, url: str, *, agent: str = WECHAT_BROWSER) -> Page:
        """WeChat's browser: keeps cookies, logs in silently where it is sent to."""
        for _ in range(10):
            headers = {"User-Agent": agent, "Cookie": "; ".join(self.jar())}
            async with self.session.get(url, headers=headers, allow_redirects=False) as response:
                self.cookies |= {name: cookie.value for name, cookie in response.cookies.items()}
                if "Location" not in response.headers:
                    return Page(url, response.status, await response.text())
                url = self.after_login(urljoin(url, response.headers["Location"]))
        raise AssertionError(f"redirected for ever: {url}")

    def jar(self) -> list[str]:
        return [f"{name}={value}" for name, value in self.cookies.items()]

    def after_login(self, url: str) -> str:
        asked = urlsplit(url)
        if not url.startswith(f"{self.wechat.url}/connect/oauth2/authorize"):
            return url
        assert asked.fragment == "wechat_redirect", url
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        assert (query["appid"], query["scope"]) == (self.account.appid, "snsapi_base")
        back = {"code": self.wechat.login_code(self.openid), "state": query.get("state", "")}
        mark = "&" if "?" in query["redirect_uri"] else "?"
        return f"{query['redirect_uri']}{mark}{urlencode(back)}"
