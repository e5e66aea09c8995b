"""Commands about tiers (等级): preview a ladder, check the one in force, pin a rung by hand."""

from datetime import date
from pathlib import Path

from bot.app import opened_shop
from bot.cli_output import fault, read_toml, show
from bot.config import Settings
from loyalty.shop_file import ShopFileFaults
from services.tier_checks import check_ladder
from services.tier_pins import PinRefused, pin_tier, unpin_tier
from services.tier_previews import NoLadderAhead, preview_ladder


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
