"""Commands about tiers (等级): preview a ladder, check the one in force, pin a rung by hand."""

import argparse
from datetime import date
from pathlib import Path

from bot.app import opened_shop
from bot.cli_output import fault, read_toml, show
from bot.commands import Commands
from bot.config import Settings
from loyalty.shop_file.reading import ShopFileFaults
from services.tiers.checks import check_ladder
from services.tiers.pins import PinRefused, pin_tier, unpin_tier
from services.tiers.previews import NoLadderAhead, preview_ladder


def add_to(commands: Commands) -> None:
    tiers = commands.group("tier", "preview and check the ladder, pin a tier")
    preview = tiers.add(
        "preview",
        "how many a coming ladder raises, keeps and lowers",
        lambda own, given: run_preview(own, given.shop),
    )
    preview.add_argument("--shop", type=Path, help="a shop file that is not loaded")
    tiers.add(
        "check", "who stands where, and how far the next tier is", lambda own, _: run_check(own)
    )
    pin = tiers.add("pin", "put a member on a tier by hand", _pin)
    pin.add_argument("member")
    pin.add_argument("tier")
    pin.add_argument("--until", type=date.fromisoformat, required=True, help="its last day")
    pin.add_argument("--reason", required=True)
    unpin = tiers.add(
        "unpin",
        "take a pin off",
        lambda own, given: run_unpin(own, given.member, reason=given.reason),
    )
    unpin.add_argument("member")
    unpin.add_argument("--reason", required=True)


async def _pin(settings: Settings, given: argparse.Namespace) -> int:
    what = {"until": given.until, "reason": given.reason}
    return await run_pin(settings, given.member, given.tier, **what)


async def run_preview(settings: Settings, path: Path | None) -> int:
    try:
        data = read_toml(path) if path else None
    except (OSError, ValueError) as unreadable:
        return fault(f"{path}: {unreadable}")
    async with opened_shop(settings) as parts:
        try:
            preview = await preview_ladder(parts.shop, data)
        except ShopFileFaults as faults:
            return fault("\n".join(str(line) for line in faults.faults))
        except NoLadderAhead:
            return fault("no ladder is loaded for a coming day: name a file with --shop")
    return show(preview)


async def run_check(settings: Settings) -> int:
    async with opened_shop(settings) as parts:
        return show(await check_ladder(parts.shop))


async def run_pin(
    settings: Settings, member_no: str, tier: str, *, until: date, reason: str
) -> int:
    async with opened_shop(settings) as parts:
        try:
            return show(await pin_tier(parts.shop, member_no, tier, until=until, reason=reason))
        except PinRefused as refused:
            return fault(str(refused))


async def run_unpin(settings: Settings, member_no: str, *, reason: str) -> int:
    async with opened_shop(settings) as parts:
        try:
            return show(await unpin_tier(parts.shop, member_no, reason=reason))
        except PinRefused as refused:
            return fault(str(refused))
