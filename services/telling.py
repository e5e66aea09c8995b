"""Telling somebody (告知): a text that leaves by the outbox once what it says is committed.

All of these are helpers for use cases; once per key.
"""

from loyalty.person import Person
from loyalty.staff import Right, has_right
from services.shop import Shop
from storage.outbox import put_in_outbox
from storage.people import followers_of
from storage.sql import Row
from storage.staff import staff_followers


async def tell_member(shop: Shop, member_id: int, text: str, *, key: str) -> None:
    """Tell a member what somebody else did, wherever they follow us."""
    for follower in await followers_of(member_id):
        await tell_follower(shop, follower, text, key=f"{key}:{follower['id']}")


async def tell_staff(
    shop: Shop, person: Person, right: Right, text: str, *, key: str, store_id: int | None
) -> None:
    """Tell everybody else with this right in this store or the whole brand; without one, all."""
    for row in await staff_followers():
        in_scope = store_id is None or row["store_id"] in (None, store_id)
        if row["id"] != person.follower_id and in_scope and has_right(row["role"], right):
            await tell_follower(shop, row, text, key=f"{key}:{row['id']}")


async def tell_follower(shop: Shop, follower: Row, text: str, *, key: str) -> None:
    """`follower` has the account and the openid."""
    await put_in_outbox(
        key=key,
        account=follower["account"],
        openid=follower["openid"],
        message_class="transactional",
        content={"kind": "text", "value": text},
        now=shop.clock.machine_now(),
    )
