"""Commands about tiers (等级): preview a ladder, check the one in force, pin a rung by hand."""

import json
import sys
import tomllib
from datetime import date
from pathlib import Path

from bot.app import opened_shop
from bot.config import Settings
from loyalty.shop_file import ShopFileFaults
from services.tier_checks import check_ladder
from services.tier_pins import PinRefused, pin_tier, unpin_tier
from services.tier_previews import NoLadderAhead, preview_ladder

FAULT = 2


async def run_preview(settings: Settings, path: Path | None) -> int:
    try:
        data = _read_toml(path) if path else None
    except (OSError, ValueError) as fault:
        return _fault(f"{path}: {fault}")
    async with opened_shop(settings) as parts:
        try:
            preview = await preview_ladder(parts.shop, data)
        except ShopFileFaults as faults:
            return _fault("\n".join(str(fault) for fault in faults.faults))
        except NoLadderAhead:
            return _fault("no ladder is loaded for a coming day: name a file with --shop")
    return _print(preview)


async def run_check(settings: Settings) -> int:
    async with opened_shop(settings) as parts:
        return _print(await check_ladder(parts.shop))


async def run_pin(
    settings: Settings, member_no: str, tier: str, *, until: date, reason: str
) -> int:
    async with opened_shop(settings) as parts:
        try:
            return _print(await pin_tier(parts.shop, member_no, tier, until=until, reason=reason))
        except PinRefused as refused:
            return _fault(str(refused))


async def run_unpin(settings: Settings, member_no: str, *, reason: str) -> int:
    async with opened_shop(settings) as parts:
        try:
            return _print(await unpin_tier(parts.shop, member_no, reason=reason))
        except PinRefused as refused:
            return _fault(str(refused))


def _read_toml(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _print(answer: dict[str, object]) -> int:
    print(json.dumps(answer, ensure_ascii=False))
    return 0


def _fault(text: str) -> int:
    print(text, file=sys.stderr)
    return FAULT
