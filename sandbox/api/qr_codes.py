"""Parametric QR codes (带参数二维码): made by the account, scanned by phones."""

import re
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from aiohttp import web

from sandbox.api.door import SERVICE, ApiCall, Endpoint, OpenCall, OpenEndpoint
from sandbox.api.errors import PlatformError
from sandbox.identifiers import new_ticket
from sandbox.qr_image import qr_png
from sandbox.records import JsonObject, QrCode
from sandbox.world import World

PLAIN_QR_PREFIX = "http://weixin.qq.com/r/"
PARAMETRIC_QR_PREFIX = "http://weixin.qq.com/q/"
LONGEST_LIFE_SECONDS = 2_592_000
LIFE_IF_UNSAID_SECONDS = 60
MOST_PERMANENT = 100_000
ACTIONS = {
    "QR_SCENE": ("scene_id", False),
    "QR_STR_SCENE": ("scene_str", False),
    "QR_LIMIT_SCENE": ("scene_id", True),
    "QR_LIMIT_STR_SCENE": ("scene_str", True),
}


async def create_qr(call: ApiCall) -> JsonObject:
    """A permanent scene gives the same code again."""
    action = ACTIONS.get(str(call.body.get("action_name")))
    if action is None:
        raise PlatformError(40052)
    key, is_permanent = action
    scene = _scene(call.body)
    code = QrCode(ticket=new_ticket(), url=PARAMETRIC_QR_PREFIX + "02" + token_urlsafe(15))
    _set_scene(code, key, scene.get(key), is_permanent=is_permanent)
    if is_permanent:
        return _told(_kept_permanent(call, code))
    seconds = _life_seconds(call.body)
    code.expires_at = call.world.clock.now() + timedelta(seconds=seconds)
    call.record.qr_codes[code.ticket] = code
    call.world.changed()
    return _told(code) | {"expire_seconds": seconds}


async def show_qr_of_ticket(call: OpenCall) -> web.StreamResponse:
    """Needs no token; a ticket nobody has is a plain 404."""
    code = _code_of_ticket(call.world, call.query.get("ticket", ""))
    if code is None:
        return web.Response(status=404)
    return web.Response(body=qr_png(code.url), content_type="image/png")


def _scene(body: JsonObject) -> JsonObject:
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise PlatformError(40053)
    return scene


def _set_scene(code: QrCode, key: str, value: Any, *, is_permanent: bool) -> None:
    if key == "scene_str":
        if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,64}", value):
            raise PlatformError(40053)
        code.scene_str = value
        return
    largest = MOST_PERMANENT if is_permanent else 2**32 - 1
    if type(value) is not int or not 1 <= value <= largest:
        raise PlatformError(40053)
    code.scene_id = value


def _life_seconds(body: JsonObject) -> int:
    seconds = body.get("expire_seconds", LIFE_IF_UNSAID_SECONDS)
    if type(seconds) is not int or not 1 <= seconds <= LONGEST_LIFE_SECONDS:
        raise PlatformError(40053)
    return seconds


def _kept_permanent(call: ApiCall, code: QrCode) -> QrCode:
    permanent = [kept for kept in call.record.qr_codes.values() if kept.expires_at is None]
    for kept in permanent:
        if (kept.scene_id, kept.scene_str) == (code.scene_id, code.scene_str):
            return kept
    if len(permanent) >= MOST_PERMANENT:
        raise PlatformError(40053)
    call.record.qr_codes[code.ticket] = code
    call.world.changed()
    return code


def _told(code: QrCode) -> JsonObject:
    return {"ticket": code.ticket, "url": code.url}


def _code_of_ticket(world: World, ticket: str) -> QrCode | None:
    shelves = (record.qr_codes for record in world.state.accounts.values())
    return next((shelf[ticket] for shelf in shelves if ticket in shelf), None)


ENDPOINTS = (
    Endpoint("POST", "/cgi-bin/qrcode/create", create_qr, kinds=SERVICE),
    OpenEndpoint("GET", "/cgi-bin/showqrcode", show_qr_of_ticket),
)
