"""Scanning (扫一扫): what a camera reads, and what WeChat makes of it."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from sandbox.acts import Talk, follow, scan_code
from sandbox.api.qr_codes import PLAIN_QR_PREFIX
from sandbox.config import Account
from sandbox.keys import PUSHER, WORLD
from sandbox.records import QrCode
from sandbox.stage.browser import opened_page
from sandbox.stage.door import answer_of, phone_of, told, wish_of
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class ScanWish:
    content: str
    account: str = ""


async def scan(request: web.Request) -> web.Response:
    """An account's own code says itself which account it belongs to."""
    wish = await wish_of(request, ScanWish)
    world = request.app[WORLD]
    content = wish.content.strip()
    for account in world.config.accounts:
        if code := _code_at(world, account, content):
            pushed = scan_code(_talk(request, account), code)
            return await answer_of(request, pushed, account=account.name, scene=code.scene)
        if content == PLAIN_QR_PREFIX + account.original_id:
            pushed = follow(_talk(request, account), scene_kind="qr")
            return await answer_of(request, pushed, account=account.name)
    if content.startswith(("http://", "https://")):
        return told(await _opened(world, phone_of(request).id, content))
    return told({"text": wish.content})


async def show_codes(request: web.Request) -> web.Response:
    """The codes with a scene that the accounts have made and that still work, newest first."""
    world = request.app[WORLD]
    now = world.clock.now()
    return told(
        {
            "codes": [
                {"account": account.name, "scene": code.scene, "content": code.url}
                for account in world.config.accounts
                for code in reversed(world.record(account).qr_codes.values())
                if code.expires_at is None or code.expires_at > now
            ]
        }
    )


async def _opened(world: World, phone_id: str, address: str) -> dict[str, object]:
    parts = urlsplit(address)
    if parts.path == "/wxacode":
        found = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return {"mini_program": found}
    return {"opened": await opened_page(world, phone_id, address)}


def _code_at(world: World, account: Account, content: str) -> QrCode | None:
    codes = world.record(account).qr_codes.values()
    return next((code for code in codes if content in (code.url, code.ticket)), None)


def _talk(request: web.Request, account: Account) -> Talk:
    world = request.app[WORLD]
    contact = world.contact(account, phone_of(request).id)
    return Talk(world, request.app[PUSHER], account, contact)
