"""Unmasking (查看完整信息): phone and address in full, for trained staff who say what for."""

import re
from dataclasses import dataclass
from datetime import datetime, time

from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right
from services.clock import SHOP_ZONE
from services.counter.kinds import read_reason
from services.custody.auditing import Act, audit
from services.details.keeping import plain_details
from services.details.readers import mask
from services.org.reach import reachable_member
from services.org.staff import allow
from services.org.training import is_trained
from services.shop import Shop
from storage.people import lock_follower
from storage.training import unmaskings_of
from storage.transactions import transactional

UNMASKED_A_DAY = 20
SHOWN = ("phone", "name", "address")
# A number of this country is dialled without it.
HOME_PREFIX = "+86"
# A reason may quote a number; the trail must not.
DIGITS = re.compile(r"\d{5,}")


class UnmaskLimitReached(Refusal):
    wording = "details/unmask_limit_reached"
    audited_as = "refused.unmask"


@dataclass(frozen=True, slots=True)
class Unmasked:
    """By name; masked for who is not trained, None where nothing is filled in."""

    member_no: str
    shown: dict[str, str | None]
    reason: str
    is_full: bool


@transactional
async def unmask(shop: Shop, person: Person, text: str, reason: str, *, key: str) -> Unmasked:
    """Phone, name and address of a member within reach; every look is kept with its reason.

    Twenty a day; the same message again is no further look.
    """
    allow(person, Right.UNMASK)
    assert person.staff_id is not None, "allowed"
    await lock_follower(person.follower_id)
    reason = read_reason(reason)
    member = await reachable_member(shop, person, text)
    is_full = await is_trained(shop, person)
    if is_full:
        midnight = datetime.combine(shop.today(), time(), SHOP_ZONE)
        if await unmaskings_of(person.staff_id, since=midnight, besides=key) >= UNMASKED_A_DAY:
            raise UnmaskLimitReached(limit=UNMASKED_A_DAY)
    plain = await plain_details(shop, member.id)
    shown = {name: _shown(name, plain.get(name), is_full=is_full) for name in SHOWN}
    what = "member.unmask" if is_full else "member.view"
    facts = {"reason": DIGITS.sub("****", reason)}
    await audit(shop, person, Act(what, member.id, facts=facts), key=key)
    return Unmasked(member.member_no, shown, reason, is_full)


def _shown(name: str, value: str | None, *, is_full: bool) -> str | None:
    if value is None or not is_full:
        return mask(name, value) if value else None
    return value.removeprefix(HOME_PREFIX)
