"""One's own merge (本人合并会员): one person with two memberships makes them one.

Offered only for what is proven: the platform knows both as one person, or the person has just
proven the number of the other. A number can change hands, so with it alone nobody gets at money:
that is for staff, who see who stands there.
"""

from dataclasses import dataclass

from loyalty.person import Person
from loyalty.refusals import Refusal
from services.custody.auditing import MEMBER
from services.details.phone_codes import number_of
from services.details.phone_owners import note_merge, take_number, use_choice, waiting_choice
from services.ledger.points import points_balance
from services.merges.merging import merge_in
from services.shop import Shop
from services.wallet.balance import stored_value
from storage.identities import other_member_of_person
from storage.merges import merge_by_key
from storage.models import Member
from storage.name_locks import lock_name
from storage.phones import holder_of_number
from storage.transactions import transactional

BY_WISH = "own"


class NothingToMerge(Refusal):
    """No other membership is known to be this person's."""

    wording = "phone/nothing_to_merge"
    status = 409


class MergeAtCounter(Refusal):
    """There is money on a membership of which only the number is proven."""

    wording = "phone/merge_at_counter"


@dataclass(frozen=True, slots=True)
class OtherMembership:
    """What would come along."""

    member_id: int
    member_no: str
    points: int
    stored_fen: int
    # By the platform itself, not by a number alone.
    is_vouched_for: bool


async def other_membership(shop: Shop, person: Person) -> OtherMembership:
    """A read. Raises NothingToMerge and MergeAtCounter."""
    assert person.member_id is not None
    same_id = await other_member_of_person(person.follower_id, person.member_id)
    other_id = same_id or await _by_number(shop, person)
    if other_id is None:
        raise NothingToMerge
    other = await Member.get(id=other_id)
    stored = await stored_value(shop, other_id)
    stored_fen = stored.available_fen + stored.held_fen
    if same_id is None and stored_fen:
        raise MergeAtCounter
    points = (await points_balance(shop, other_id)).points
    assert other.member_no is not None
    return OtherMembership(other_id, other.member_no, points, stored_fen, same_id is not None)


@transactional
async def merge_own(shop: Shop, person: Person, other_id: int, *, key: str) -> None:
    """Do what the summary said, about the same other member; once per key."""
    if await merge_by_key(key) is not None:
        return
    assert person.member_id is not None
    proof = await waiting_choice(shop, person)
    if proof is not None:
        # Before anything of the ledger, as where a number is proven.
        await lock_name(f"phone:{proof['phone_index']}")
    other = await other_membership(shop, person)
    if other.member_id != other_id:
        raise NothingToMerge
    merged = await merge_in(shop, person.member_id, other_id, by=MEMBER, reason=BY_WISH, key=key)
    if not other.is_vouched_for and merged.principal_fen + merged.bonus_fen:
        raise MergeAtCounter  # Paid in while the accounts were not locked yet.
    if proof is not None and await _by_number(shop, person) in (None, other_id):
        _, number = await use_choice(shop, person, key=key)
        await take_number(shop, person.member_id, number, key=key)
    await note_merge(shop, merged, reason=BY_WISH, key=key)


async def _by_number(shop: Shop, person: Person) -> int | None:
    proof = await waiting_choice(shop, person)
    if proof is None or person.member_id is None:
        return None
    holder = await holder_of_number(number_of(shop, proof).index, person.member_id)
    return int(holder["id"]) if holder else None
