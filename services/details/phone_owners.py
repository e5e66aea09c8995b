"""Whose a number is (手机号归属): a proven one is one member's, and brings along what was only its.

Where somebody else writes as the member who had it, the person says what shall happen: the number
may have changed hands, or one person may have joined twice.
"""

import json

from loyalty.person import Person
from loyalty.phone_codes import CHOICE_LIFE, NothingToChoose, Verified
from services.custody.auditing import MEMBER, Act, audit
from services.details.keeping import DetailChange, keep_detail
from services.details.phone_codes import Number, number_of
from services.ledger.points import points_balance
from services.merges.merging import Merged, merge_in
from services.messages.telling import tell_member
from services.shop import Shop
from services.wallet.balance import stored_value
from storage.name_locks import lock_name
from storage.phone_codes import (
    choose_phone_code,
    keep_phone_told,
    let_person_choose,
    phone_code_chosen_by,
    waiting_phone_code,
)
from storage.phones import (
    holder_of_number,
    members_known_by_phone_alone,
    release_number,
)
from storage.sql import Row
from storage.transactions import transactional

BY_PHONE = "phone"


async def whose_it_is(
    shop: Shop, person: Person, proof_id: int, number: Number, *, key: str
) -> Verified:
    """Give a proven number to this member, or let the person choose. A helper for use cases."""
    assert person.member_id is not None
    await lock_name(f"phone:{number.index}")
    holder = await holder_of_number(number.index, person.member_id)
    if holder is not None and holder["is_followed"]:
        until = shop.clock.machine_now() + CHOICE_LIFE
        await let_person_choose(proof_id, until=until)
        verified = Verified("held", number.mask)
    else:
        verified = await take_number(shop, person.member_id, number, key=key)
    await keep_phone_told(proof_id, json.dumps(verified.as_data()))
    return verified


async def take_number(shop: Shop, member_id: int, number: Number, *, key: str) -> Verified:
    """The number is this member's alone; memberships known by it alone become part of this one.

    A helper for use cases that hold the number's lock.
    """
    await lock_name(f"phone-of:{member_id}")
    alone = await members_known_by_phone_alone(number.index, member_id)
    points = stored_fen = 0
    merges = []
    for other_id in alone:
        points += (await points_balance(shop, other_id)).points
        stored_fen += (await stored_value(shop, other_id)).available_fen
        merge_key = f"{key}:{other_id}"
        merges += [
            await merge_in(shop, member_id, other_id, by=MEMBER, reason=BY_PHONE, key=merge_key)
        ]
    await release_number(number.index, member_id)
    proven = DetailChange(member_id, "phone", number.phone, f"proven:{key}", verified_at=shop.now())
    await keep_detail(shop, proven)
    for merged in merges:
        await note_merge(shop, merged, reason=BY_PHONE, key=f"{key}:{merged.merged_id}")
    return Verified("verified", number.mask, len(alone), points, stored_fen)


async def note_merge(shop: Shop, merged: Merged, *, reason: str, key: str) -> None:
    """A merge that the person wished for, in the audit trail. A helper for use cases, for their
    end: whoever adds to the trail takes no lock of a member any more."""
    facts = {"reason": reason, "merge": merged.merge_id}
    act = Act("member.merge", merged.merged_id, f"member:{merged.kept_id}", facts)
    await audit(shop, MEMBER, act, key=key)


@transactional
async def move_number(shop: Shop, person: Person, *, key: str) -> Verified:
    """只换号: the number becomes this member's, and whoever had it is told. Once per key."""
    told = told_before(await phone_code_chosen_by(key), person)
    if told is not None:
        return told
    proof, number = await use_choice(shop, person, key=key)
    assert person.member_id is not None
    await lock_name(f"phone:{number.index}")
    holder = await holder_of_number(number.index, person.member_id)
    verified = await take_number(shop, person.member_id, number, key=key)
    await keep_phone_told(proof["id"], json.dumps(verified.as_data()))
    if holder is not None:
        lost = shop.phrase("phone/lost", {"phone": number.mask})
        await tell_member(shop, holder["id"], lost, key=f"phone-lost:{key}")
        act = Act("phone.move", holder["id"], f"member:{person.member_id}")
        await audit(shop, MEMBER, act, key=key)
    return verified


async def use_choice(shop: Shop, person: Person, *, key: str) -> tuple[Row, Number]:
    """The proof that waits for the person's choice, used up now. A helper for use cases."""
    proof = await waiting_choice(shop, person)
    now = shop.clock.machine_now()
    if proof is None or not await choose_phone_code(proof["id"], chosen_key=key, now=now):
        raise NothingToChoose
    return proof, number_of(shop, proof)


async def waiting_choice(shop: Shop, person: Person) -> Row | None:
    if person.member_id is None:
        return None
    return await waiting_phone_code(person.member_id, "proven", shop.clock.machine_now())


def told_before(proof: Row | None, person: Person) -> Verified | None:
    """What this very message was told; somebody else's key tells nothing."""
    if proof is None or proof["told"] is None or proof["follower_id"] != person.follower_id:
        return None
    return Verified(**json.loads(proof["told"]))
