"""Telling somebody (告知): a text that leaves by the outbox once what it says is committed.

All of these are helpers for use cases; once per key.
"""

from collections.abc import Mapping

from loyalty.person import Person
from loyalty.staff import Right, has_right
from services.messages.queueing import queue_message
from services.org.staff import Reach, overlaps, reach_within
from services.shop import Shop
from storage.people import followers_of
from storage.sql import Row
from storage.staff import staff_followers

# A sentence with its facts, for which the platform may have approved a form.
Formal = tuple[str, Mapping[str, object]]


async def tell_member(
    shop: Shop, member_id: int, text: str, *, key: str, formal: Formal | None = None
) -> None:
    """Tell a member what somebody else did, wherever they follow us."""
    for follower in await followers_of(member_id):
        key_of_one = f"{key}:{follower['id']}"
        await tell_follower(shop, follower, text, key=key_of_one, formal=formal)


async def tell_staff(
    shop: Shop,
    person: Person | None,
    right: Right,
    text: str,
    *,
    key: str,
    store_id: int | None,
    region_id: int | None = None,
) -> None:
    """Tell everybody else with this right about this store, else this region, else the brand."""
    for row in await staff_with(shop, right, reach_within(shop, store_id, region_id)):
        if person is None or row["id"] != person.follower_id:
            await tell_follower(shop, row, text, key=f"{key}:{row['id']}")


async def staff_with(shop: Shop, right: Right, reach: Reach) -> list[Row]:
    """Where those with this right can be written to whose reach meets this one."""
    return [
        row
        for row in await staff_followers()
        if has_right(row["role"], right)
        and overlaps(reach_within(shop, row["store_id"], row["region_id"]), reach)
    ]


async def tell_follower(
    shop: Shop,
    follower: Row,
    text: str,
    *,
    key: str,
    otherwise: str | None = None,
    formal: Formal | None = None,
) -> None:
    """`follower` has the account and the openid; `otherwise` as queue_message takes it.

    Where the chat is closed, what is `formal` leaves on the platform's form of it.
    """
    content: dict[str, object] = {"kind": "text", "value": text}
    if formal is not None:
        wording, facts = formal
        content = {"kind": "notice", "value": text, "wording": wording, "facts": facts}
    await queue_message(
        shop,
        key=key,
        account=follower["account"],
        openid=follower["openid"],
        content=content,
        otherwise=otherwise,
    )
