"""Commands that work on the shop's data: migrate, load, till enrol, liability, verify, keys."""

import os
import sys
from pathlib import Path

from bot.app import connect, opened_shop
from bot.cli_output import fault, read_toml, show
from bot.config import Settings
from loyalty.shop_file import ShopFileFaults
from services.liability import liability
from services.loading import load_shop, not_in_force
from services.resealing import count_under_old_keys, reseal_all
from services.tills import TillUnknown, enrol_till
from services.verify import verify_ledger
from storage.database import close_database
from storage.keyring import KeyUnknown, create_keyring, remove_key, rotate
from storage.migrate import migrate


async def run_migrate(settings: Settings) -> int:
    await connect(settings, patient=True)
    try:
        applied = await migrate()
    finally:
        await close_database()
    print("\n".join(f"applied {name}" for name in applied) or "the schema is up to date")
    return 0


async def run_load(settings: Settings, path: Path) -> int:
    try:
        data = read_toml(path)
    except (OSError, ValueError) as unreadable:
        return fault(f"{path}: {unreadable}")
    async with opened_shop(settings) as parts:
        try:
            changes = await load_shop(parts.shop, data)
        except ShopFileFaults as faults:
            return fault("\n".join(str(line) for line in faults.faults))
    print("\n".join(f"changed {change}" for change in changes) or "nothing changed")
    for line in not_in_force(data):
        print(f"kept, but not in force in this version: {line}", file=sys.stderr)
    return 0


async def run_enrol(settings: Settings, till: str) -> int:
    async with opened_shop(settings) as parts:
        try:
            enrolment = await enrol_till(parts.shop, till)
        except TillUnknown:
            return fault(f"there is no till {till}: load a shop file that names it")
    return show(enrolment)


async def run_liability(settings: Settings) -> int:
    async with opened_shop(settings, patient=True) as parts:
        owed = await liability(parts.shop)
    return show(owed.as_data())


async def run_verify(settings: Settings) -> int:
    async with opened_shop(settings, patient=True) as parts:
        report = await verify_ledger(parts.shop)
    for complaint in report.complaints:
        print(f"{complaint.kind}: {complaint.subject}: {complaint.message}")
    print(report.totals)
    return 1 if report.complaints else 0


def run_keys_init(settings: Settings) -> int:
    path = settings.keys.file
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        create_keyring(path, os.urandom)
    except FileExistsError:
        return fault(f"{path} exists already and stays as it is")
    print(f"made {path}: keep a copy apart from the database backups")
    return 0


def run_keys_rotate(settings: Settings, purpose: str) -> int:
    ring = rotate(settings.keys.file, os.urandom, purpose=purpose)
    key_id = ring.current_id(purpose)
    print(f"{purpose} key {key_id} is current; servers follow within 3 s, then run keys reseal")
    return 0


async def run_keys_reseal(settings: Settings) -> int:
    async with opened_shop(settings) as parts:
        moved = await reseal_all(parts.shop)
    print(f"{moved} values moved to the current keys")
    return 0


async def run_keys_remove(settings: Settings, purpose: str, key_id: int) -> int:
    """An old key goes only when nothing is sealed under it any more."""
    async with opened_shop(settings) as parts:
        left = (await count_under_old_keys(parts.shop)).get(purpose, 0)
    if left:
        return fault(f"{left} values are still under an old {purpose} key: run keys reseal first")
    try:
        remove_key(settings.keys.file, key_id, purpose=purpose)
    except (KeyUnknown, ValueError) as refused:
        return fault(str(refused))
    print(f"{purpose} key {key_id} is gone")
    return 0
