"""WeChat gateway (微信接口): what this product asks of the platform, in its own words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from bot.accounts import Account
from bot.delivery_errors import STALE_TOKEN, DeliveryFailed, DeliveryUncertain, FailureKind
from bot.tokens import TokenKeeper, TokenStore
from bot.wechat_client import RequestBuilders
from bot.wechat_http import Answer, ApiCall, exchange, json_body

LONGEST_SCENE = 64
TYPING_RULES = frozenset({45072, 45080, 45081})


@dataclass(frozen=True, slots=True)
class QrTicket:
    """A code with a scene (带参二维码). `url` is what the picture says."""

    ticket: str
    url: str
    expire_seconds: int | None


@dataclass(frozen=True, slots=True)
class PlatformUser:
    """What the platform still tells about a person; names and pictures it keeps to itself."""

    openid: str
    is_subscribed: bool
    unionid: str | None
    subscribed_at: int | None
    subscribe_scene: str
    scene: str


@dataclass(frozen=True, slots=True)
class MiniUser:
    """Who opened the mini-program. Its session key stays with the answer it came in."""

    openid: str
    unionid: str | None


class WeChatGateway:
    """One account's way to the platform. `client` holds wechatpy's builders, made awaitable."""

    def __init__(
        self,
        account: Account,
        session: ClientSession,
        *,
        api_base: str,
        tokens: TokenStore,
        now_seconds: Callable[[], float],
    ) -> None:
        self.account = account
        self._session = session
        self._api_base = api_base.rstrip("/")
        self._tokens = TokenKeeper(
            account.appid, tokens, fetch=self._fetch_token, now_seconds=now_seconds
        )
        self.client: Any = RequestBuilders(account.appid, api_base=api_base, call=self.call)

    async def close(self) -> None:
        """The session belongs to who made it."""
        await self._tokens.close()

    async def send_text(self, openid: str, text: str) -> None:
        """A customer-service message (客服消息)."""
        await self.client.message.send_text(openid, text)

    async def send_image(self, openid: str, media_id: str) -> None:
        await self.client.message.send_image(openid, media_id)

    async def upload_image(self, content: bytes, filename: str) -> str:
        """The media id, good for three days."""
        answer = await self.client.media.upload("image", (filename, content))
        return str(_told(answer, "media_id"))

    async def get_media(self, media_id: str, *, most_bytes: int) -> bytes:
        """What somebody sent into the chat. A film has only an address, which nobody fetches."""
        url, params = self._url("/cgi-bin/media/get"), {"media_id": media_id}
        answer = await self.call(ApiCall("get", url, params, most_bytes=most_bytes))
        if not isinstance(answer, bytes):
            raise DeliveryFailed("permanent", None, "no file", mark="no_file")
        return answer

    async def create_qr(self, scene: str, expire_seconds: int | None = None) -> QrTicket:
        """A code that carries the scene to us; without an end it is one of 100 000 for ever."""
        assert 1 <= len(scene) <= LONGEST_SCENE, scene
        wish: dict[str, Any] = {
            "action_name": "QR_LIMIT_STR_SCENE" if expire_seconds is None else "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        if expire_seconds is not None:
            wish["expire_seconds"] = expire_seconds
        answer = await self.client.qrcode.create(wish)
        return QrTicket(str(_told(answer, "ticket")), str(_told(answer, "url")), expire_seconds)

    async def get_user(self, openid: str) -> PlatformUser:
        answer = await self.client.user.get(openid)
        return PlatformUser(
            openid=str(_told(answer, "openid")),
            is_subscribed=answer.get("subscribe") == 1,
            unionid=answer.get("unionid") or None,
            subscribed_at=answer.get("subscribe_time") or None,
            subscribe_scene=str(answer.get("subscribe_scene", "")),
            scene=str(answer.get("qr_scene_str") or ""),
        )

    async def create_menu(self, menu: dict[str, Any]) -> None:
        await self.client.menu.create(menu)

    async def typing(self, openid: str) -> None:
        """Show "typing" (正在输入). Asking too often or too late does no harm."""
        path = "custom/business/typing" if self.account.is_mini else "custom/typing"
        body = json_body({"touser": openid, "command": "Typing"})
        try:
            await self.call(ApiCall("post", self._url(f"/cgi-bin/message/{path}"), body=body))
        except DeliveryFailed as failed:
            if failed.errcode not in TYPING_RULES:
                raise

    async def exchange_oauth_code(self, code: str) -> str:
        """The openid of who opened a page in WeChat. Snapshot pages show a made-up person."""
        params = {
            "appid": self.account.appid,
            "secret": self.account.secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        call = ApiCall("get", self._url("/sns/oauth2/access_token"), params)
        answer = await exchange(self._session, call)
        openid = str(_told(answer, "openid"))
        if isinstance(answer, dict) and answer.get("is_snapshotuser") == 1:
            raise DeliveryFailed("permanent", None, "snapshot page", mark="snapshot_user")
        return openid

    async def exchange_mini_code(self, code: str) -> MiniUser:
        """Who holds a code of wx.login, which is good once."""
        params = {
            "appid": self.account.appid,
            "secret": self.account.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        answer = await exchange(
            self._session, ApiCall("get", self._url("/sns/jscode2session"), params)
        )
        openid = str(_told(answer, "openid"))
        unionid = answer.get("unionid") if isinstance(answer, dict) else None
        return MiniUser(openid, str(unionid) if unionid else None)

    async def exchange_phone_code(self, code: str) -> str:
        """The number of who tapped the phone button, with + and country code."""
        url = self._url("/wxa/business/getuserphonenumber")
        answer = await self.call(ApiCall("post", url, body=json_body({"code": code})))
        told = _told(answer, "phone_info")
        stamp = told.get("watermark") if isinstance(told, dict) else None
        if not isinstance(stamp, dict) or stamp.get("appid") != self.account.appid:
            raise DeliveryFailed("permanent", None, "not this mini-program's", mark="watermark")
        # The country code may be a number or a text (wechat-platform 4.14).
        return f"+{told.get('countryCode')}{told.get('purePhoneNumber')}"

    async def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """For what wechatpy has no builder for, or a wrong one."""
        return await self.call(ApiCall("post", self._url(path), body=json_body(body)))

    async def ready(self) -> None:
        """Have a token at hand. Raises DeliveryFailed where none is to be had."""
        await self._tokens.current()

    async def call(self, call: ApiCall) -> Answer:
        """Call with the token; one that is refused is dropped and the call made once more.

        Refused again, as while others fetch one token after the other, it may be made later.
        """
        token = await self._tokens.current()
        try:
            return await exchange(self._session, call, access_token=token)
        except DeliveryFailed as failed:
            if failed.errcode not in STALE_TOKEN:
                raise
        self._tokens.drop(token)
        token = await self._tokens.current()
        try:
            return await exchange(self._session, call, access_token=token)
        except DeliveryFailed as failed:
            if failed.errcode not in STALE_TOKEN:
                raise
            raise DeliveryFailed("try_again", failed.errcode, failed.errmsg) from None

    async def _fetch_token(self) -> tuple[str, int]:
        """Whatever goes wrong here, the message itself was certainly not taken."""
        wish = {
            "grant_type": "client_credential",
            "appid": self.account.appid,
            "secret": self.account.secret,
            "force_refresh": False,
        }
        call = ApiCall("post", self._url("/cgi-bin/stable_token"), body=json_body(wish))
        try:
            answer = await exchange(self._session, call)
            return str(_told(answer, "access_token")), int(_told(answer, "expires_in"))
        except DeliveryUncertain as uncertain:
            raise DeliveryFailed("try_again", None, f"token: {uncertain.reason}") from None
        except DeliveryFailed as failed:
            kind: FailureKind = "try_again" if failed.kind == "try_again" else "stop"
            raise DeliveryFailed(
                kind, failed.errcode, f"token: {failed.errmsg}", wait_seconds=failed.wait_seconds
            ) from None

    def _url(self, path: str) -> str:
        return self._api_base + path


def _told(answer: Answer, name: str) -> Any:
    if isinstance(answer, bytes) or not answer.get(name):
        raise DeliveryUncertain(f"no_{name}")
    return answer[name]
