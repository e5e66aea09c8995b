"""Commands about staff: inviting by a code that is shown once, listing, stopping."""

from bot.app import opened_shop
from bot.cli_output import fault, show
from bot.commands import Commands
from bot.config import Settings
from loyalty.staff import Role
from services.org.invitations import StoreMissing, StoreNotThere, invite, list_staff, stop_staff


def add_to(commands: Commands) -> None:
    staff = commands.group("staff", "invite somebody to be staff, list all, stop one")
    invited = staff.add(
        "invite",
        "print a code that makes somebody staff, once",
        lambda own, given: run_invite(own, given.role, store=given.store, region=given.region),
    )
    invited.add_argument("--role", choices=[role.value for role in Role], default="owner")
    where = invited.add_mutually_exclusive_group()
    where.add_argument("--store", default="", help="the store's code")
    where.add_argument("--region", default="", help="the region's code")
    staff.add("list", "everybody who is active", lambda own, _: run_list(own))
    stopped = staff.add("stop", "stop one", lambda own, given: run_stop(own, given.id))
    stopped.add_argument("--id", type=int, required=True, help="whom to stop: see list")


async def run_invite(settings: Settings, role: str, *, store: str = "", region: str = "") -> int:
    async with opened_shop(settings) as parts:
        try:
            invitation = await invite(parts.shop, Role(role), store, region=region)
        except StoreMissing:
            return fault(f"a {role} works in one store: name it with --store")
        except StoreNotThere as missing:
            return fault(f"there is no store or region {missing}: load a shop file that names it")
    return show(invitation)


async def run_list(settings: Settings) -> int:
    async with opened_shop(settings) as parts:
        for line in await list_staff(parts.shop):
            show(line)
    return 0


async def run_stop(settings: Settings, staff_id: int) -> int:
    async with opened_shop(settings) as parts:
        if not await stop_staff(parts.shop, staff_id):
            return fault(f"nobody active has the number {staff_id}: see staff list")
    return show({"staff": staff_id, "state": "stopped"})
