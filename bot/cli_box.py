"""Command about suggestion boxes (意见箱): the code for a store's counter, as a picture."""

import argparse
from pathlib import Path

from aiohttp import ClientSession

from bot.app import Parts, gateways_for, opened_shop
from bot.box_codes import box_code
from bot.cli_output import fault, show
from bot.commands import Commands
from bot.config import Settings
from bot.delivery_errors import DeliveryFailed
from bot.qr_image import qr_png
from bot.wechat import QrTicket
from services.suggestion_box import box_scene, has_store


def add_to(commands: Commands) -> None:
    box = commands.add("box", "draw the code of a store's suggestion box", _box)
    box.add_argument("store", help="the store's code")
    box.add_argument("--out", type=Path, required=True, help="the PNG to write")


async def _box(settings: Settings, given: argparse.Namespace) -> int:
    return await run_box(settings, given.store, given.out)


async def run_box(settings: Settings, store: str, path: Path) -> int:
    async with opened_shop(settings) as parts:
        if not has_store(parts.shop, store):
            return fault(f"there is no store {store}: load a shop file that names it")
        try:
            code = await _code(parts, box_scene(store))
        except DeliveryFailed as failed:
            return fault(f"the platform made no code: {failed.mark or failed.errmsg}")
    try:
        _draw(code.url, path)
    except OSError as unwritable:
        return fault(f"{path}: {unwritable.strerror}")
    return show({"store": store, "scene": box_scene(store), "url": code.url, "file": str(path)})


def _draw(url: str, path: Path) -> None:
    path.write_bytes(qr_png(url))


async def _code(parts: Parts, scene: str) -> QrTicket:
    async with ClientSession() as session:
        gateways = gateways_for(parts, session).values()
        service = next((one for one in gateways if one.account.kind == "service"), None)
        if service is None:
            raise DeliveryFailed("permanent", None, "no service account is configured")
        try:
            return await box_code(service, scene)
        finally:
            await service.close()
