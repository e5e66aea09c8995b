"""Contacts (会员动作): what somebody did last opens a window for messages; each message spends it.

Noted in this process and written in batches, so that reading a balance writes nothing
(architecture 3). What the platform refuses all the same is learnt.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from loyalty.contacts import Contact, ContactKind, contact_made
from loyalty.messages import SUBSCRIBED
from loyalty.send_gate import Go
from services.shop import Shop
from storage.contacts import (
    close_windows,
    give_held_back,
    give_left_over_back,
    keep_contacts,
    note_refusal,
    spend_held,
    spend_left_over,
    use_up_held,
    use_up_windows,
)
from storage.transactions import transactional

WINDOW_CLOSED = "window_closed"
ALLOWANCE_USED = "allowance_used"
NOTICE_REFUSED = "notice_refused"


def note_contact(shop: Shop, follower_id: int, kind: ContactKind) -> None:
    """Nothing is written here; of two of a kind the newer counts."""
    shop.contact_notes[follower_id, kind] = shop.now()


async def flush_contacts(shop: Shop) -> int:
    """Write down what was noted since; what cannot be written now is kept for the next time."""
    notes = dict(shop.contact_notes)
    if not notes:
        return 0
    await _keep(shop, notes)
    for place, at in notes.items():
        if shop.contact_notes.get(place) == at:
            del shop.contact_notes[place]
    return len(notes)


@transactional
async def _keep(shop: Shop, notes: dict[tuple[int, ContactKind], datetime]) -> None:
    made = defaultdict[int, list[tuple[Contact, datetime]]](list)
    for (follower_id, kind), at in notes.items():
        contact = contact_made(kind, at, shop.rules.messages.allowance(kind))
        made[follower_id].append((contact, at))
    await keep_contacts(made)


async def end_windows(shop: Shop, follower_id: int, account: str, openid: str) -> None:
    """Whoever leaves is written to no more. A helper for use cases."""
    for kind in ContactKind:
        shop.contact_notes.pop((follower_id, kind), None)
    await close_windows(account, openid, shop.now())


async def spend(goes: Iterable[Go]) -> None:
    """What these messages use up. A helper for use cases that claim them."""
    contacts, held = Counter[tuple[int, str]](), Counter[tuple[int, str, str]]()
    for go in goes:
        if go.follower_id is None:
            continue
        if go.contact is not None:
            contacts[go.follower_id, go.contact] += 1
        if go.template_id is not None and go.channel in SUBSCRIBED:
            held[go.follower_id, go.channel, go.template_id] += 1
    await spend_left_over(contacts)
    await spend_held(held)


async def give_back(shop: Shop, goes: Iterable[Go]) -> None:
    """The platform certainly did not take these, and nobody has heard of them. A helper."""
    contacts, held = [], []
    for go in goes:
        if go.follower_id is None:
            continue
        if go.contact is not None:
            most = shop.rules.messages.allowance(go.contact).messages
            contacts.append((go.follower_id, str(go.contact), most or 0))
        if go.template_id is not None and go.channel in SUBSCRIBED:
            held.append((go.follower_id, str(go.channel), go.template_id))
    await give_left_over_back(contacts)
    await give_held_back(held)


async def learn_refusal(
    shop: Shop, *, account: str, openid: str, mark: str, template_id: str | None = None
) -> None:
    """What a refusal tells of this person stands with them, and is not tried again.

    `template_id` as the gate's Go has it. A helper for use cases.
    """
    await note_refusal(account, openid, mark, shop.now())
    if mark == WINDOW_CLOSED:
        await close_windows(account, openid, shop.now())
    elif mark == ALLOWANCE_USED:
        await use_up_windows(account, openid)
    elif mark == NOTICE_REFUSED and template_id is not None:
        await use_up_held(account, openid, template_id)
