"""Identities (身份关联): one person in several accounts of the brand is one member.

The platform gives one person one unionid in all accounts bound together. Where only one of the
followers is a member, all become this member; where two are, the person is asked.
"""

from loyalty.person import Person
from services.messages.queueing import queue_message
from services.messages.telling import tell_follower
from services.purchases.claim_steps import settle_reserved
from services.shop import Shop
from storage.identities import (
    become_member,
    followers_of_person,
    keep_unionid,
    unionid_of,
)
from storage.name_locks import lock_name
from storage.people import lock_follower
from storage.sql import Row
from storage.transactions import transactional


async def ask_who(shop: Shop, *, account: str, openid: str, key: str) -> None:
    """Let the platform be asked for the unionid, once per key. A helper for use cases."""
    if account not in shop.asks_who:
        return
    await queue_message(
        shop,
        key=f"who:{key}",
        account=account,
        openid=openid,
        content={"kind": "who", "value": ""},
    )


async def ask_who_today(shop: Shop, person: Person) -> None:
    """Whoever is seen for the first time and follows in the same minute is asked about once."""
    day = shop.clock.machine_now().date()
    key = f"{person.follower_id}:{day}"
    await ask_who(shop, account=person.account, openid=person.openid, key=key)


@transactional
async def record_unionid(
    shop: Shop, account: str, openid: str, unionid: str, *, greets: bool = False
) -> None:
    """Keep what the platform told; the same again changes nothing.

    With `greets` a follower who turns out to be a member hears so.
    """
    await lock_name(f"unionid:{unionid}")
    follower = await keep_unionid(account, openid, unionid)
    if follower is None:
        return
    people = await followers_of_person(unionid)
    members = sorted({line["active_id"] for line in people if line["active_id"] is not None})
    if len(members) == 1:
        linked = await _link(shop, people, members[0])
        if greets and follower["id"] in linked:
            await _greet(shop, follower)
    elif len(members) > 1:
        await _offer_merge(shop, people, members)


async def link_same_person(shop: Shop, follower_id: int, member_id: int) -> None:
    """At joining: the person's other followers become this member, too. A helper."""
    unionid = await unionid_of(follower_id)
    if unionid is None:
        return
    await lock_name(f"unionid:{unionid}")
    people = await followers_of_person(unionid)
    if {line["active_id"] for line in people} <= {None, member_id}:
        await _link(shop, people, member_id)


async def _link(shop: Shop, people: list[Row], member_id: int) -> list[int]:
    """What they scanned within the last day is credited, as at joining."""
    linked = []
    for line in people:
        if line["member_id"] is not None:
            continue
        await lock_follower(line["id"])
        if await become_member(line["id"], member_id):
            await settle_reserved(shop, line["id"], member_id, shop.now())
            linked.append(line["id"])
    return linked


async def _greet(shop: Shop, follower: Row) -> None:
    text = shop.phrase("phone/linked", {"brand": shop.rules.brand_name})
    await tell_follower(shop, follower, text, key=f"linked:{follower['id']}")


async def _offer_merge(shop: Shop, people: list[Row], members: list[int]) -> None:
    """Said once for these members, where the person followed last."""
    reachable = [line for line in people if line["follows"] and line["active_id"] is not None]
    if reachable:
        key = "same-person:" + ":".join(map(str, members))
        await tell_follower(shop, reachable[0], shop.phrase("phone/same_person", {}), key=key)
