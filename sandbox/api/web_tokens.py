"""Web tokens (网页授权凭证): what the shop's server gets for the code a page was given."""

from dataclasses import replace
from datetime import timedelta
from secrets import token_urlsafe

from sandbox.api.door import OpenCall, OpenEndpoint
from sandbox.api.errors import PlatformError
from sandbox.api.login_codes import use_code
from sandbox.api.tokens import identified
from sandbox.config import Account
from sandbox.identifiers import openid_of
from sandbox.records import JsonObject, WebToken
from sandbox.world import World

TOKEN_LIFE = timedelta(hours=2)
REFRESH_LIFE = timedelta(days=30)
KEPT_TOKENS = 200


async def exchange_code(call: OpenCall) -> JsonObject:
    account = _account(call)
    _require_grant(call, "authorization_code")
    text = call.query.get("code", "")
    if not text:
        raise PlatformError(41008)
    code = use_code(call.world, account, text, purpose="web")
    # A preview page shows a made-up person, another one each time.
    person = f"snapshot:{code.code}" if code.is_snapshot else code.phone_id
    token = WebToken(
        access_token="",
        refresh_token="",
        openid=openid_of(person, account.appid),
        phone_id=code.phone_id,
        scope=code.scope,
        is_snapshot=code.is_snapshot,
        expires_at=call.world.clock.now(),
    )
    return _renewed(call.world, account, token)


async def renew_token(call: OpenCall) -> JsonObject:
    account = call.world.config.account_of_appid(call.query.get("appid", ""))
    if account is None:
        raise PlatformError(40013)
    _require_grant(call, "refresh_token")
    wanted = call.query.get("refresh_token", "")
    tokens = call.world.record(account).web_tokens
    old = next((entry for entry in tokens if entry.refresh_token == wanted), None)
    if old is None:
        raise PlatformError(40030 if wanted else 41003)
    if old.expires_at - TOKEN_LIFE + REFRESH_LIFE <= call.world.clock.now():
        raise PlatformError(42002)
    tokens.remove(old)
    return _renewed(call.world, account, old)


async def check_token(call: OpenCall) -> JsonObject:
    _token(call)
    return {"errcode": 0, "errmsg": "ok"}


async def show_profile(call: OpenCall) -> JsonObject:
    """Sex and region are empty since 2021."""
    account, token = _token(call)
    if token.scope != "snsapi_userinfo":
        raise PlatformError(48001)
    profile: JsonObject = {
        "openid": token.openid,
        "nickname": call.world.state.phones[token.phone_id].name,
        "sex": 0,
        "language": "",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "privilege": [],
    }
    return profile | _unionid(call.world, account, token)


def _account(call: OpenCall) -> Account:
    account = identified(
        call, appid=call.query.get("appid", ""), secret=call.query.get("secret", "")
    )
    if account.kind not in ("service", "test") or not account.verified:
        raise PlatformError(48001)
    return account


def _require_grant(call: OpenCall, grant_type: str) -> None:
    if call.query.get("grant_type") != grant_type:
        raise PlatformError(40002)


def _renewed(world: World, account: Account, token: WebToken) -> JsonObject:
    fresh = replace(
        token,
        access_token="90_" + token_urlsafe(60),
        refresh_token="90_" + token_urlsafe(60),
        expires_at=world.clock.now() + TOKEN_LIFE,
    )
    tokens = world.record(account).web_tokens
    tokens.append(fresh)
    del tokens[:-KEPT_TOKENS]
    world.changed()
    return _told(world, account, fresh)


def _told(world: World, account: Account, token: WebToken) -> JsonObject:
    answer: JsonObject = {
        "access_token": token.access_token,
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "refresh_token": token.refresh_token,
        "openid": token.openid,
        "scope": token.scope,
    }
    if token.is_snapshot:
        return answer | {"is_snapshotuser": 1}
    if token.scope == "snsapi_userinfo":
        answer |= _unionid(world, account, token)
    return answer


def _unionid(world: World, account: Account, token: WebToken) -> JsonObject:
    contact = world.contact_of_openid(account, token.openid)
    return {"unionid": contact.unionid} if contact and account.bound_to_union else {}


def _token(call: OpenCall) -> tuple[Account, WebToken]:
    value, openid = call.query.get("access_token", ""), call.query.get("openid", "")
    if not value:
        raise PlatformError(41001)
    for account in call.world.config.accounts:
        for token in call.world.record(account).web_tokens:
            if token.access_token != value:
                continue
            if token.openid != openid:
                raise PlatformError(40003)
            if token.expires_at <= call.world.clock.now():
                raise PlatformError(42001)
            return account, token
    raise PlatformError(40001)


ENDPOINTS = (
    OpenEndpoint("GET", "/sns/oauth2/access_token", exchange_code),
    OpenEndpoint("GET", "/sns/oauth2/refresh_token", renew_token),
    OpenEndpoint("GET", "/sns/auth", check_token),
    OpenEndpoint("GET", "/sns/userinfo", show_profile),
)
