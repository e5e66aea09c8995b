"""Commands that work on the shop's data: migrate, load, till enrol, liability, verify."""

from pathlib import Path

from bot.app import connect, opened_shop
from bot.cli_output import fault, read_toml, show
from bot.commands import Commands
from bot.config import Settings
from loyalty.shop_file.reading import ShopFileFaults
from services.custody.verify import verify_ledger
from services.loading import load_shop
from services.org.tills import TillUnknown, enrol_till
from services.wallet.liability import liability
from storage.database import close_database
from storage.migrate import migrate


def add_to(commands: Commands) -> None:
    commands.add("migrate", "bring the schema up to date", lambda own, _: run_migrate(own))
    load = commands.add(
        "load", "create or update the shop", lambda own, given: run_load(own, given.shop)
    )
    load.add_argument("shop", type=Path)
    tills = commands.group("till", "enrol a till")
    enrol = tills.add(
        "enrol", "give a till a key and print it", lambda own, given: run_enrol(own, given.till)
    )
    enrol.add_argument("till")
    commands.add(
        "liability",
        "print what is owed on stored value, by store",
        lambda own, _: run_liability(own),
    )
    commands.add("verify", "audit the ledger", lambda own, _: run_verify(own))


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
