"""People and messages for the gate's tests, written straight into the tables."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from loyalty.contacts import ContactKind
from loyalty.messages import Channel, MessageClass
from loyalty.person import Person
from loyalty.send_gate import Outgoing, Verdict
from services.messages.contacts import flush_contacts, note_contact
from services.messages.gate import judge
from services.people.consents import record_consents
from services.shop import Shop
from storage.instants import to_ms
from storage.sql import insert
from storage.transactions import transactional
from tests.services.posting import member_id_of

CARE, PROMOTION = MessageClass.CARE, MessageClass.PROMOTION
OWED = MessageClass.TRANSACTIONAL


def outgoing(person: Person, kind: MessageClass, number: int = 10**9, **facts: Any) -> Outgoing:
    named = {"member_id": person.member_id, "follower_id": person.follower_id, **facts}
    return Outgoing(
        number, message_class=kind, account=person.account, openid=person.openid, **named
    )


async def verdict(shop: Shop, person: Person, kind: MessageClass, **facts: Any) -> Verdict:
    one = outgoing(person, kind, **facts)
    return (await judge(shop, [one]))[one.id]


async def result(shop: Shop, person: Person, kind: MessageClass, **facts: Any) -> str:
    """The channel, or why not."""
    found = await verdict(shop, person, kind, **facts)
    return str(getattr(found, "channel", None) or getattr(found, "reason", None))


@transactional
async def agree(shop: Shop, person: Person, given: Mapping[str, bool], key: str = "agree") -> None:
    await record_consents(shop, person, person.member_id, given, shown_text="…", key=key)


async def talks(shop: Shop, person: Person, kind: ContactKind = ContactKind.MESSAGE) -> None:
    note_contact(shop, person.follower_id, kind)
    await flush_contacts(shop)


async def left(
    shop: Shop,
    person: Person,
    kind: MessageClass,
    *,
    ago: timedelta = timedelta(),
    **facts: Any,
) -> int:
    """Something left for this member so long ago."""
    at: datetime = shop.now() - ago
    row = {
        "key": f"left:{kind}:{ago}:{facts}",
        "account": person.account,
        "openid": person.openid,
        "class": kind,
        "lane": kind.lane,
        "content": "",
        "state": "sent",
        "due_at": at,
        "created_at": at,
        "member_id": member_id_of(person),
        "follower_id": person.follower_id,
        "channel": Channel.SERVICE,
        "left_at": to_ms(at),
    }
    found = await insert("outbox", {**row, **facts})
    assert found is not None
    return found
