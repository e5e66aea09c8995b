"""Reach (权限范围): which members somebody of the staff can find at all.

Whoever is out of reach looks like nobody: an answer that tells the two apart would tell where
somebody is a member.
"""

from loyalty.person import Person
from services.org.staff import KnownMember, MemberUnknown, member_named, reach_of, where_named
from services.shop import Shop
from storage.reach import is_member_of


class MemberOutOfReach(MemberUnknown):
    """A member of other stores; read like any number that nobody has."""

    audited_as = "refused.reach"

    def __init__(self, member_id: int) -> None:
        super().__init__()
        self.member_id = member_id


async def is_member_in_reach(shop: Shop, person: Person, member_id: int) -> bool:
    """Of these stores by home or purchase, or of none at all; everybody for the whole brand."""
    reach = reach_of(shop, person)
    return reach is None or await is_member_of(member_id, reach)


async def reachable_member(shop: Shop, person: Person, text: str) -> KnownMember:
    """The member with this number within reach, or who stands here with a fresh member code.

    Raises MemberUnknown, and a kind of it, MemberOutOfReach, which reads the same.
    """
    member = await member_named(shop, text)
    await refuse_out_of_reach(shop, person, member)
    return member


async def refuse_out_of_reach(shop: Shop, person: Person, member: KnownMember) -> None:
    """Raises MemberOutOfReach; whoever shows a member code is in everybody's reach."""
    if not member.by_code and not await is_member_in_reach(shop, person, member.id):
        raise MemberOutOfReach(member.id)


def staff_label(
    shop: Shop, staff_id: int, role: str, store_id: int | None, region_id: int | None = None
) -> str:
    """店员 3 号（春熙路店）: whom somebody was, without a name."""
    facts = {
        "role": shop.phrase(f"staff/role_{role}", {}),
        "staff": staff_id,
        "where": where_named(shop, store_id, region_id),
    }
    return shop.phrase("staff/label", facts)
