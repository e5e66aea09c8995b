"""Commands about codes for print: of a store's suggestion box (意见箱), of a campaign (渠道码)."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from aiohttp import ClientSession

from bot.app import Parts, gateways_for, opened_shop
from bot.cli_output import fault, show
from bot.commands import Commands
from bot.config import Settings
from bot.delivery_errors import DeliveryFailed
from bot.qr_image import qr_png
from bot.scene_codes import scene_code
from bot.wechat import QrTicket
from services.campaigns.codes import channel_named
from services.tickets.suggestion_box import box_scene, has_store


def add_to(commands: Commands) -> None:
    box = commands.add("box", "draw the code of a store's suggestion box", _box)
    box.add_argument("store", help="the store's code")
    code = commands.add("code", "draw the code of a campaign with the trigger code:CHANNEL", _code)
    code.add_argument("channel", help="the channel of its trigger")
    for added in (box, code):
        added.add_argument("--out", type=Path, required=True, help="the PNG to write")


async def _box(settings: Settings, given: argparse.Namespace) -> int:
    store: str = given.store
    async with opened_shop(settings) as parts:
        if not has_store(parts.shop, store):
            return fault(f"there is no store {store}: load a shop file that names it")
        return await _draw(parts, box_scene(store), given.out, {"store": store})


async def _code(settings: Settings, given: argparse.Namespace) -> int:
    async with opened_shop(settings) as parts:
        channel = channel_named(parts.shop, given.channel)
        if channel is None:
            return fault(
                f"no campaign that goes on has the trigger code:{given.channel}:"
                " load a shop file that names it"
            )
        return await _draw(parts, channel, given.out, {"channel": channel})


async def _draw(parts: Parts, scene: str, path: Path, whose: Mapping[str, str]) -> int:
    try:
        code = await _made(parts, scene)
    except DeliveryFailed as failed:
        return fault(f"the platform made no code: {failed.mark or failed.errmsg}")
    try:
        _write(qr_png(code.url), path)
    except OSError as unwritable:
        return fault(f"{path}: {unwritable.strerror}")
    return show({**whose, "scene": scene, "url": code.url, "file": str(path)})


def _write(picture: bytes, path: Path) -> None:
    path.write_bytes(picture)


async def _made(parts: Parts, scene: str) -> QrTicket:
    async with ClientSession() as session:
        gateways = gateways_for(parts, session).values()
        service = next((one for one in gateways if one.account.kind == "service"), None)
        if service is None:
            raise DeliveryFailed("permanent", None, "no service account is configured")
        try:
            return await scene_code(service, scene)
        finally:
            await service.close()
