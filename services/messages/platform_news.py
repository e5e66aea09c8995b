"""平台通知: what WeChat says of a person's account has to be done to what we hold of it.

Who is not known here is nobody's concern; every push may come twice.
"""

import re

from loyalty.money import yuan_text
from loyalty.person import Person
from services.custody.auditing import SYSTEM, Act, audit
from services.people.closing import (
    BY_PLATFORM,
    forget_member,
    settle_membership,
    what_leaving_costs,
)
from services.people.consents import withdraw_all
from services.people.identities import ask_who
from services.shop import Shop
from services.tickets.opening import Draft, open_ticket_in
from storage.closing import (
    drop_logins,
    drop_platform_phone,
    end_tickets,
    erase_person,
    follower_named,
    forget_follower,
    has_other_followers,
    open_closing_ticket,
)
from storage.member_codes import is_active_member
from storage.people import lock_follower
from storage.staff import stop_staff_of
from storage.transactions import transactional

# Rights the platform numbers that we never use; a number we do not know counts as the phone's.
NOT_OURS = frozenset({*map(str, range(1, 8)), *map(str, range(12, 21))})


@transactional
async def look_again(shop: Shop, account: str, openid: str, *, key: str) -> None:
    """The profile changed: who this is has to be asked anew."""
    if await follower_named(account, openid) is not None:
        await ask_who(shop, account=account, openid=openid, key=key)


@transactional
async def withdraw_platform_data(shop: Shop, account: str, openid: str, revoked: str) -> bool:
    """Erase the number that came from the platform, and end logins; False when there is none.

    `revoked` names the rights by number. What a member typed is the member's own and stays.
    """
    follower = await follower_named(account, openid)
    numbers = set(re.findall(r"[0-9]+", revoked))
    if follower is None or (numbers and numbers <= NOT_OURS):
        return False
    member_id = await lock_follower(follower["id"])
    await drop_logins(follower["id"])
    return member_id is not None and await drop_platform_phone(member_id)


@transactional
async def close_identity(shop: Shop, account: str, openid: str, *, key: str) -> None:
    """The WeChat account is no more: nothing of it stays, and with the last one the member goes.

    Whom the shop owes money stays a member, with the phone, until staff have paid it out.
    """
    follower = await follower_named(account, openid)
    if follower is None:
        return
    member_id = await lock_follower(follower["id"])
    person = Person(follower["id"], account, openid, follows=False, member_id=member_id)
    is_last = member_id is not None and not await has_other_followers(member_id, person.follower_id)
    if member_id is not None and is_last and await is_active_member(member_id):
        await _close_or_ask(shop, person, member_id, key=key)
    else:
        await _forget_account(shop, person)
    await forget_follower(person.follower_id, account, openid)
    if await stop_staff_of(person.follower_id, shop.now()):
        await audit(shop, SYSTEM, Act("staff.stop", subject=f"follower:{follower['id']}"), key=key)


async def _forget_account(shop: Shop, person: Person) -> None:
    """Nobody reads an answer there any more, so nobody is to write one."""
    await erase_person(None, person.follower_id)
    await end_tickets(None, person.follower_id, shop.now())


async def _close_or_ask(shop: Shop, person: Person, member_id: int, *, key: str) -> None:
    costs = await what_leaving_costs(shop, member_id)
    if costs.principal_fen or costs.held_fen:
        await _forget_account(shop, person)
        return await _ask_staff(shop, person, member_id, key=key)
    closed = await settle_membership(shop, member_id)
    shown = shop.phrase("rights/account_gone_text", {})
    await withdraw_all(shop, person, member_id, shown_text=shown, key=key)
    await forget_member(shop, member_id, person.follower_id, closed, key=key, by=BY_PLATFORM)
    await audit(shop, SYSTEM, Act("member.close", member_id), key=key)


async def _ask_staff(shop: Shop, person: Person, member_id: int, *, key: str) -> None:
    if await open_closing_ticket(member_id) is None:
        costs = await what_leaving_costs(shop, member_id)
        owed_fen = costs.principal_fen + costs.held_fen
        facts = {"member_no": costs.member_no, "yuan": yuan_text(owed_fen)}
        text = shop.phrase("rights/account_gone", facts)
        await open_ticket_in(shop, person, Draft("closing", text, member_id=member_id), key=key)
