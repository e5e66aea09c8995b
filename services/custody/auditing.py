"""Auditing (审计): who did or saw what, kept where nobody can change it unnoticed.

A row holds ids, amounts and words, never a name, phone or address.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from loyalty.audit_chain import Link, link_hash
from loyalty.person import Person
from services.shop import Shop
from storage.audit_trail import append
from storage.instants import to_ms
from storage.limits import REFUSALS_AUDITED, is_within
from storage.staff import was_ever_staff
from storage.transactions import transactional

OPERATOR = "operator"
SYSTEM = "system"
MEMBER = "member"
REFUSED = "refused."


@dataclass(frozen=True, slots=True)
class Act:
    """`what` is dotted, such as member.view; `subject` another thing, such as ticket:12."""

    what: str
    member_id: int | None = None
    subject: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


async def audit(
    shop: Shop, actor: Person | str, act: Act, *, key: str, approval: int | None = None
) -> None:
    """Add a row, once per key and kind of act; `approval` is the staff number of the second person.

    A helper for use cases, and the last thing they lock: the whole trail waits for its end.
    """
    person = actor if isinstance(actor, Person) else None
    at_ms = to_ms(shop.now())
    facts = json.dumps(act.facts, ensure_ascii=False, sort_keys=True, default=str)

    def link(number: int) -> Link:
        return Link(
            id=number,
            at_ms=at_ms,
            actor=f"follower:{person.follower_id}" if person else str(actor),
            staff_id=person.staff_id if person else None,
            role=person.role if person else None,
            store_id=person.store_id if person else None,
            what=act.what,
            member_id=act.member_id,
            subject=act.subject,
            facts=facts,
            approval=approval,
            key=key,
        )

    audit_key = shop.keys.key("audit")
    await append(link, lambda before, added: link_hash(audit_key, before, added))


async def audit_alone(shop: Shop, actor: Person | str, act: Act, *, key: str) -> None:
    """Outside of any transaction, as after a refusal, whose own is gone.

    A person who is refused for ever fills no table.
    """
    refused = actor if act.what.startswith(REFUSED) and isinstance(actor, Person) else None
    if refused is None or await is_within(shop.cache, REFUSALS_AUDITED, str(refused.follower_id)):
        await audit_in_its_own(shop, actor, act, key=key)


async def audit_refusal(
    shop: Shop, person: Person, what: str, *, about: int | str | None, key: str
) -> None:
    """What somebody who is or was staff was refused, about a member's number or a word.

    A stranger who tries the words of staff is logged, and not kept.
    """
    if person.staff_id is None and not await was_ever_staff(person.follower_id):
        return
    member_id = about if isinstance(about, int) else None
    facts = {"word": about} if isinstance(about, str) else {}
    await audit_alone(shop, person, Act(what, member_id, facts=facts), key=key)


@transactional
async def audit_in_its_own(shop: Shop, actor: Person | str, act: Act, *, key: str) -> None:
    await audit(shop, actor, act, key=key)
