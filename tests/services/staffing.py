"""Staff for tests (员工): people bound by invitations, and what they have confirmed."""

from loyalty.confirmations import Asked, Told
from loyalty.person import Person
from loyalty.staff import Role
from services.counter.actions import confirm_action, propose_action
from services.org.invitations import bind_staff, invite
from services.shop import Shop
from tests.shop_parts import a_follower


async def a_staff(
    shop: Shop,
    name: str = "chen",
    role: Role = Role.CLERK,
    store: str = "cd01",
    *,
    region: str = "",
) -> Person:
    """Whoever this is, now active staff."""
    invitation = await invite(shop, role, store, region=region)
    await bind_staff(shop, await a_follower(shop, name), str(invitation["code"]))
    return await a_follower(shop, name)


async def asked(shop: Shop, person: Person, kind: str, *arguments: str, key: str = "m1") -> Asked:
    return await propose_action(shop, person, kind, arguments, key=key)


async def done(shop: Shop, person: Person, kind: str, *arguments: str, key: str = "m1") -> Told:
    """Proposed and confirmed by the same person."""
    proposal = await asked(shop, person, kind, *arguments, key=key)
    return await confirm_action(shop, person, proposal.code, key=f"{key}-yes")
