"""Tags by hand (手工标签): staff put a tag on a member within reach, or take one of theirs."""

from loyalty.audiences.conditions import is_name
from loyalty.people import mask_numbers
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.shop_file.audiences import LONGEST_TAG
from services.custody.auditing import Act, audit
from services.org.reach import reachable_member
from services.org.staff import KnownMember, Right, allow
from services.people.member_tags import Tag, member_tags, tag_member, untag_member
from services.shop import Shop
from storage.transactions import transactional

STAFF = "staff"


class TagUnreadable(Refusal):
    wording = "audiences/tag_bad"


class TagOfRule(Refusal):
    """By morning it would be back: the shop's rule gives it."""

    wording = "audiences/tag_of_rule"


Tagged = tuple[KnownMember, list[Tag]]


@transactional
async def show_tags(shop: Shop, person: Person, text: str, *, key: str) -> Tagged:
    """Raises MemberUnknown; the look is kept."""
    member = await _member(shop, person, text)
    await audit(shop, person, Act("member.view", member.id, subject="tags"), key=key)
    return member, await member_tags(member.id)


@transactional
async def add_tag_by_hand(shop: Shop, person: Person, text: str, tag: str, *, key: str) -> Tagged:
    """The member's tags after it; what is there already stays. Raises TagUnreadable."""
    member = await _member(shop, person, text)
    if not is_name(tag) or len(tag) > LONGEST_TAG or mask_numbers(tag) != tag:
        raise TagUnreadable(longest=LONGEST_TAG)
    reason = shop.phrase("audiences/tag_reason_staff", {})
    await tag_member(shop, member.id, tag, reason=reason, source=STAFF)
    await audit(shop, person, Act("member.tag", member.id, facts={"tag": tag}), key=key)
    return member, await member_tags(member.id)


@transactional
async def drop_tag_by_hand(shop: Shop, person: Person, text: str, tag: str, *, key: str) -> Tagged:
    """The member's tags after it. Raises TagOfRule."""
    member = await _member(shop, person, text)
    await untag_member(member.id, tag)
    left = await member_tags(member.id)
    if any(one.name == tag for one in left):
        raise TagOfRule(tag=tag)
    await audit(shop, person, Act("member.untag", member.id, facts={"tag": tag}), key=key)
    return member, left


async def _member(shop: Shop, person: Person, text: str) -> KnownMember:
    allow(person, Right.AUDIENCE)
    return await reachable_member(shop, person, text)
