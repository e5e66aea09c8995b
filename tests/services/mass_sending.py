"""A broadcast that only a mass send can carry, and its call."""

from services.mass.gathering import MassCall, take_mass_call
from services.messages.outbox import take_due_messages
from services.shop import Shop
from storage.sql import change, row
from tests.services.broadcasting import a_crowd
from tests.shop_parts import MachineClock

MANY = 30
LEASE_SECONDS = 27


async def a_sending(shop: Shop, many: int = MANY) -> int:
    """A broadcast to a crowd whose chats are closed: only a mass send reaches them."""
    await a_crowd(shop, many)
    await change("DELETE FROM contacts")
    await change(
        "INSERT INTO broadcasts (key, state, audience, filter, content, topic, people, created_at)"
        " VALUES ('b', 'running', '全部', '{}', $1, 'offers', $2, 1)",
        '{"kind": "text", "value": "新品"}',
        many,
    )
    await change(
        "INSERT INTO outbox (key, account, openid, class, lane, content, state, due_at, created_at,"
        " member_id, follower_id, broadcast_id) SELECT f.openid, 'main', f.openid, 'promotion', 2,"
        " '', 'queued', 0, 0, f.member_id, f.id, (SELECT MAX(id) FROM broadcasts)"
        " FROM followers f WHERE f.openid LIKE 'crowd-%' ORDER BY f.id"
    )
    found = await row("SELECT MAX(id) AS id FROM broadcasts")
    assert found is not None
    number: int = found["id"]
    return number


async def gathered(shop: Shop, many: int = MANY) -> MassCall:
    await a_sending(shop, many)
    assert await take_due_messages(shop, "worker", 1000) == []
    call = await take_mass_call(shop, "worker")
    assert call is not None
    return call


async def made_again(shop: Shop, clock: MachineClock, worker: str = "other") -> MassCall | None:
    """By another worker, once the lease is over."""
    clock.pass_time(seconds=LEASE_SECONDS + 1)
    return await take_mass_call(shop, worker)
