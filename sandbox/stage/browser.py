"""WeChat's browser (微信内置浏览器): a page as this phone gets it, from this machine only."""

import re
from dataclasses import dataclass, field
from html import unescape

from aiohttp import ClientError, ClientResponse, ClientTimeout, web
from yarl import URL

from sandbox.api.oauth import AUTHORIZE_PATH, granted_address
from sandbox.api.one_time import CONFIRM_PATH, confirm_step
from sandbox.keys import WORLD
from sandbox.records import JsonObject
from sandbox.stage.door import StageFault, phone_of, told, wish_of
from sandbox.world import World

USER_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50(0x18003237) "
    "NetType/WIFI Language/zh_CN"
)
HEADERS = {"User-Agent": USER_AGENT, "Accept-Language": "zh-CN,zh;q=0.9"}
HOME = ("127.0.0.1", "localhost", "::1")
PLATFORM_HOST = "open.weixin.qq.com"
CONFIRM_HOST = "mp.weixin.qq.com"
MOST_REDIRECTS = 10
REDIRECTS = (301, 302, 303, 307, 308)
JSON = "application/json"
MOST_PAGE_BYTES = 2 * 1024 * 1024
PATIENCE = ClientTimeout(total=20)


@dataclass(frozen=True, slots=True)
class OpenWish:
    """`form` is sent as a page's form would be; `snapshot` opens as a preview with no real user."""

    url: str
    account: str = ""
    form: dict[str, str] | None = None
    snapshot: bool = False


@dataclass(slots=True)
class Visit:
    world: World
    phone_id: str
    snapshot: bool = False
    form: dict[str, str] | None = field(default=None)


async def open_page(request: web.Request) -> web.Response:
    wish = await wish_of(request, OpenWish)
    visit = Visit(request.app[WORLD], phone_of(request).id, wish.snapshot, wish.form)
    return told(await _visit(visit, wish.url))


async def opened_page(world: World, phone_id: str, url: str) -> JsonObject:
    return await _visit(Visit(world, phone_id), url)


async def _visit(visit: Visit, address: str) -> JsonObject:
    url = _address(address)
    for _ in range(MOST_REDIRECTS):
        if url.path == AUTHORIZE_PATH and url.host in (*HOME, PLATFORM_HOST):
            target = _authorized(visit, url)
            if target is None:
                return _page(url, 400, "")
            url = target
        if url.path == CONFIRM_PATH and url.host in (*HOME, CONFIRM_HOST):
            step = confirm_step(visit.world, url, phone_id=visit.phone_id)
            if isinstance(step, str):
                return _page(url, 200, step)
            url = step
        if url.host not in HOME:
            return _page(url, 0, "", blocked=True)
        fetched = await _fetch(visit, url)
        if isinstance(fetched, dict):
            return fetched
        url = fetched
    return _page(url, 508, "")


async def _fetch(visit: Visit, url: URL) -> JsonObject | URL:
    """The page, or the address it sends the browser on to."""
    browser = visit.world.browser(visit.phone_id)
    method = "GET" if visit.form is None else "POST"
    try:
        async with browser.request(
            method,
            url,
            headers=HEADERS,
            data=visit.form,
            allow_redirects=False,
            timeout=PATIENCE,
        ) as response:
            if response.status in REDIRECTS and "Location" in response.headers:
                # Only these two repeat a form at the new address.
                visit.form = visit.form if response.status in (307, 308) else None
                return url.join(URL(response.headers["Location"]))
            page = _page(url, response.status, await _html(response))
            disposition = response.content_disposition
            if disposition is not None and disposition.type == "attachment":
                page["file"] = disposition.filename or url.name
            return page
    except (ClientError, TimeoutError, OSError) as fault:
        raise StageFault(502, f"the page was not reached: {type(fault).__name__}") from None


async def _html(response: ClientResponse) -> str:
    if not response.content_type.startswith("text/") and response.content_type != JSON:
        return ""
    content = await response.content.read(MOST_PAGE_BYTES)
    while not response.content.at_eof() and len(content) < MOST_PAGE_BYTES:
        content += await response.content.read(MOST_PAGE_BYTES - len(content))
    text = content.decode("utf-8", "replace")
    return text if response.content_type == "text/html" else f"<pre>{_escaped(text)}</pre>"


def _authorized(visit: Visit, url: URL) -> URL | None:
    """The phone answers the question who is there by itself: its owner tapped the link."""
    target = granted_address(
        visit.world, dict(url.query), phone_id=visit.phone_id, is_snapshot=visit.snapshot
    )
    return URL(target) if target else None


def _page(url: URL, status: int, html: str, *, blocked: bool = False) -> JsonObject:
    title = re.search(r"<title[^>]*>(.*?)</title>", html, re.IGNORECASE | re.DOTALL)
    page = {
        "url": str(url),
        "status": status,
        "html": html,
        "title": unescape(title[1]).strip() if title else "",
    }
    return page | {"blocked": True} if blocked else page


def _address(text: str) -> URL:
    try:
        url = URL(text.strip())
    except ValueError:
        raise StageFault(400, "this is not an address") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise StageFault(400, "only http and https addresses open")
    return url


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
