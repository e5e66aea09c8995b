"""One-time subscription messages (一次性订阅消息): a page asks, and each scene gives one send."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from aiohttp import web
from yarl import URL

from sandbox.api.customer_service import receiver
from sandbox.api.door import SERVICE, ApiCall, Endpoint, OpenCall, OpenEndpoint
from sandbox.api.errors import PlatformError
from sandbox.api.oauth import is_own_page
from sandbox.api.template_messages import wanted_form
from sandbox.config import Account
from sandbox.forms import form_of
from sandbox.notices import show_notice
from sandbox.records import JsonObject
from sandbox.subscribing import confirm_one_time, one_time_name
from sandbox.wording import say
from sandbox.world import World

CONFIRM_PATH = "/mp/subscribemsg"
MOST_SCENE = 10_000
LONGEST_TITLE = 15
LONGEST_CONTENT = 200
RESERVED = re.compile(r"[0-9A-Za-z]{0,128}")


async def show_confirm_page(call: OpenCall) -> web.StreamResponse:
    """In a real browser the cookie `phone` says who is asked."""
    phone_id = call.request.cookies.get("phone", "")
    if phone_id not in call.world.state.phones:
        return web.Response(text=say("open_in_wechat"), content_type="text/html")
    address = call.request.url
    step = confirm_step(call.world, address, phone_id=phone_id)
    if isinstance(step, URL):
        return web.Response(status=302, headers={"Location": str(step)})
    return web.Response(text=step, content_type="text/html")


def confirm_step(world: World, address: URL, *, phone_id: str) -> str | URL:
    """The page that asks; after the tap the shop's address with what was chosen."""
    query = dict(address.query)
    account = world.config.account_of_appid(query.get("appid", ""))
    if account is None or not _is_in_order(account, query):
        return say("subscribe_refused")
    if query.get("action") == "get_confirm":
        return _page(account, address)
    chosen = "confirm" if query.get("action") == "confirm" else "cancel"
    contact = world.contact(account, phone_id)
    if chosen == "confirm":
        number, scene = query["template_id"], query["scene"]
        confirm_one_time(world, contact, number=number, scene=scene)
    told = {name: query.get(name, "") for name in ("template_id", "scene", "reserved")}
    return URL(query["redirect_url"]).update_query(openid=contact.openid, action=chosen, **told)


async def send_one_time(call: ApiCall) -> JsonObject:
    """Works without following; each scene is used up by one."""
    contact, form = receiver(call), wanted_form(call, "one_time")
    title, content = call.body.get("title"), _content(call)
    if not isinstance(title, str) or not 1 <= len(title) <= LONGEST_TITLE:
        raise PlatformError(45003)
    if len(content) > LONGEST_CONTENT:
        raise PlatformError(45002)
    name = one_time_name(form.id, str(call.body.get("scene", "")))
    if name not in contact.one_time:
        raise PlatformError(43101)
    contact.one_time.remove(name)
    mini = call.body.get("miniprogram")
    facts: dict[str, Any] = {
        "title": title,
        "text": content,
        "url": str(call.body.get("url") or ""),
        "mini_program": mini if isinstance(mini, dict) else None,
    }
    show_notice(call.world, call.account, contact, via="subscribe", **facts)
    return {"errcode": 0, "errmsg": "ok"}


def _content(call: ApiCall) -> str:
    data = call.body.get("data")
    entry = data.get("content") if isinstance(data, dict) else None
    value = entry.get("value") if isinstance(entry, dict) else None
    if not isinstance(value, str) or not value:
        raise PlatformError(47003, key="content")
    return value


def _is_in_order(account: Account, query: Mapping[str, str]) -> bool:
    scene = query.get("scene", "")
    if not scene.isdecimal() or int(scene) > MOST_SCENE:
        return False
    if not RESERVED.fullmatch(query.get("reserved", "")):
        return False
    form = form_of(account, query.get("template_id", ""), "one_time")
    return form is not None and is_own_page(account, query.get("redirect_url", ""))


def _page(account: Account, address: URL) -> str:
    form = form_of(account, address.query["template_id"], "one_time")
    links = [
        f'<a class="{name}" href="{escape(str(address.update_query(action=name)))}">'
        f"{escape(say(f'subscribe_{name}'))}</a>"
        for name in ("cancel", "confirm")
    ]
    return say(
        "subscribe_page",
        label=escape(account.label),
        title=escape(form.title if form else ""),
        links="".join(links),
    )


ENDPOINTS = (
    OpenEndpoint("GET", CONFIRM_PATH, show_confirm_page),
    Endpoint(
        "POST", "/cgi-bin/message/template/subscribe", send_one_time, kinds=SERVICE, raw_text=True
    ),
)
