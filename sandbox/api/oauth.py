"""Web login (网页授权): the phone's answer to a page that asks whose phone it is on."""

from collections.abc import Mapping
from html import escape

from aiohttp import web
from yarl import URL

from sandbox.api.door import OpenCall, OpenEndpoint
from sandbox.api.login_codes import issue_code
from sandbox.config import Account
from sandbox.wording import say
from sandbox.world import World

AUTHORIZE_PATH = "/connect/oauth2/authorize"
SCOPES = ("snsapi_base", "snsapi_userinfo")


async def authorize(call: OpenCall) -> web.StreamResponse:
    """`snsapi_base` is silent, `snsapi_userinfo` asks; the cookie `phone` says who is asked."""
    phone_id = call.request.cookies.get("phone", "")
    if phone_id not in call.world.state.phones:
        return _page(say("open_in_wechat"))
    if call.query.get("scope") == "snsapi_userinfo" and "consent" not in call.query:
        return _page(say("consent_text"), link=call.request.url.update_query(consent="1"))
    target = granted_address(call.world, dict(call.query), phone_id=phone_id, is_snapshot=False)
    if target is None:
        return _page(say("redirect_refused"))
    return web.Response(status=302, headers={"Location": target})


def granted_address(
    world: World, query: Mapping[str, str], *, phone_id: str, is_snapshot: bool
) -> str | None:
    """The shop's address with `code` and `state`; None where the request is not in order."""
    account = world.config.account_of_appid(query.get("appid", ""))
    scope, target = query.get("scope", ""), query.get("redirect_uri", "")
    if account is None or account.kind not in ("service", "test") or scope not in SCOPES:
        return None
    if query.get("response_type") != "code" or not is_own_page(account, target):
        return None
    code = issue_code(
        world,
        account,
        purpose="web",
        phone_id=phone_id,
        scope=scope,
        is_snapshot=is_snapshot,
    )
    return str(URL(target).update_query(code=code, state=query.get("state", "")))


def is_own_page(account: Account, target: str) -> bool:
    """The host must be exactly the one configured, where one is."""
    try:
        url = URL(target)
    except ValueError:
        return False
    if url.scheme not in ("http", "https") or not url.host:
        return False
    return account.oauth_domain in ("", url.host, url.authority)


def _page(text: str, *, link: URL | None = None) -> web.Response:
    allow = (
        f'<p><a href="{escape(str(link))}">{escape(say("consent_allow"))}</a></p>' if link else ""
    )
    html = (
        f'<!doctype html><meta charset="utf-8"><title>{escape(say("consent_title"))}</title>'
        f"<p>{escape(text)}</p>{allow}"
    )
    return web.Response(text=html, content_type="text/html")


ENDPOINTS = (OpenEndpoint("GET", AUTHORIZE_PATH, authorize),)
