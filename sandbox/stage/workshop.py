"""The workshop behind the stage (后台): clock, journal, planned faults, webhook check."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from sandbox.codec import DoesNotFit, encode
from sandbox.faults import Fault
from sandbox.keys import PUSHER, WORLD
from sandbox.stage.door import StageFault, account_named, number_in, told, wish_of
from sandbox.world import World

# A long jump runs everything that would have happened on the way before it answers.
JUMP_PATIENCE = ClientTimeout(total=600)
LOOK_PATIENCE = ClientTimeout(total=5)
MOST_DELAY_SECONDS = 120
FARTHEST_SECONDS = 100 * 365 * 86400


@dataclass(frozen=True, slots=True)
class ClockWish:
    advance_seconds: int | None = None
    now: str | None = None


async def show_clock(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    shop = await _shop_clock(world, None) if world.config.shuke.admin_url else None
    _keep_up_with(world, shop)
    return told({"now": world.clock.now().isoformat(), "shuke": shop})


async def move_clock(request: web.Request) -> web.Response:
    """First the shop's clock; where it refuses, the sandbox's stays as it is, too."""
    wish = await wish_of(request, ClockWish)
    world = request.app[WORLD]
    target = _target(world, wish)
    shop = None
    if world.config.shuke.admin_url:
        passed = {"now": wish.now} if wish.now else {"advance_seconds": wish.advance_seconds}
        shop = await _moved(world, passed)
        if isinstance(shop, dict) and "error" in shop:
            raise StageFault(502, f"the shop's clock did not move: {shop['error']}")
    world.clock.jump_to(target)
    _keep_up_with(world, shop)
    world.changed()
    return told({"now": world.clock.now().isoformat(), "shuke": shop})


async def show_journal(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    rows = world.journal.rows_after(
        number_in(request, "after", 0), max(1, number_in(request, "limit", 200))
    )
    return told({"rows": [row.as_json() for row in rows]})


async def plan_fault(request: web.Request) -> web.Response:
    fault = await wish_of(request, Fault)
    delays = (fault.delay_seconds, fault.delay_after_seconds)
    if not all(0 <= delay <= MOST_DELAY_SECONDS for delay in delays) or fault.times < 1:
        raise StageFault(400, f"times ≥ 1, both delays 0 to {MOST_DELAY_SECONDS} seconds")
    request.app[WORLD].faults.add(fault)
    return await show_faults(request)


async def show_faults(request: web.Request) -> web.Response:
    return told({"faults": encode(request.app[WORLD].faults.left())})


async def clear_faults(request: web.Request) -> web.Response:
    request.app[WORLD].faults.clear()
    return await show_faults(request)


async def verify_webhook(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    account = account_named(world, request.match_info["account"])
    if not account.webhook:
        raise StageFault(409, "this account has no webhook")
    row = await request.app[PUSHER].verify(account)
    return told({"verified": row.verdict == "nothing", "journal": row.n, "answer": row.answer})


def _target(world: World, wish: ClockWish) -> datetime:
    now = world.clock.now()
    if wish.now is None and wish.advance_seconds is None:
        raise StageFault(400, "advance_seconds or now: missing")
    span = max(-1, min(wish.advance_seconds or 0, FARTHEST_SECONDS + 1))
    target = _instant(wish.now) if wish.now else now + timedelta(seconds=span)
    if not now <= target <= now + timedelta(seconds=FARTHEST_SECONDS):
        raise StageFault(400, "the clock moves only forward, by a hundred years at most")
    return target


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DoesNotFit("now: not ISO 8601") from None
    if moment.tzinfo is None:
        raise DoesNotFit("now: its offset is missing")
    return moment


async def _moved(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """On a long way every call of the shop is heard at the time the shop has got to."""

    async def catch_up() -> None:
        _keep_up_with(world, await _shop_clock(world, None))

    world.catch_up = catch_up
    try:
        return await _shop_clock(world, wish)
    finally:
        world.catch_up = None


async def _shop_clock(world: World, body: dict[str, Any] | None) -> dict[str, Any]:
    address = world.config.shuke.admin_url.rstrip("/") + "/clock"
    method, patience = ("POST", JUMP_PATIENCE) if body else ("GET", LOOK_PATIENCE)
    try:
        async with (
            ClientSession(timeout=patience) as session,
            session.request(method, address, json=body) as response,
        ):
            answer = await response.json(content_type=None)
    except (ClientError, TimeoutError, OSError, ValueError) as fault:
        return {"error": f"not reached: {type(fault).__name__}"}
    if response.status != 200 or not isinstance(answer, dict):
        return {"error": f"HTTP {response.status}"}
    return answer


def _keep_up_with(world: World, shop: dict[str, Any] | None) -> None:
    """A wiped sandbox or one jumped past by hand catches up with the shop."""
    told_now = shop.get("now") if shop else None
    if isinstance(told_now, str):
        world.clock.jump_to(_instant(told_now))
        world.changed()
