"""Messages a second (发送速度): a broadcast from the outbox, beside a bare client's bare calls.

    python -m benchmarks.sending [--people 20000]

Starts a PostgreSQL of its own and a platform that says yes to everything, in a process of its
own. Both ways send the same text to the same people; ours claims, judges and records each. The
pace that a fleet keeps towards the platform (storage/pace.py) is lifted: it is about the work.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from statistics import median

import uvloop
from aiohttp import ClientSession, TCPConnector, web

from bot.app import SharedTokens, delivery_for
from bot.wechat import WeChatGateway
from services.shop import Shop
from storage.cache_turns import Pace
from storage.database import DatabaseAddress
from storage.pace import PACES
from storage.sql import change, row, rows
from tests.bot.wire import SAFE
from tests.server_process import HOST
from tests.servers import postgres_server
from tests.services.broadcasting import a_crowd
from tests.shop_parts import open_test_shop

TURNS = 3
CLIENTS = 100
POOL_SIZE = 8
# Of what a bare client reaches against the same server.
WANTED_PERCENT = 25
UNPACED = Pace(1_000_000, 1_000_000)
SEND = "/cgi-bin/message/custom/send"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--people", type=int, default=20_000, help="size of the audience")
    parser.add_argument("--platform", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.platform:
        return uvloop.run(answer_everything())
    with postgres_server() as postgres, platform() as base:
        address = DatabaseAddress(postgres.create_database(), pool_size=POOL_SIZE)
        uvloop.run(compare(address, base, options.people))


async def answer_everything() -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        if request.path.endswith("stable_token"):
            return web.json_response({"access_token": "t", "expires_in": 7200})
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, HOST, 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


@contextmanager
def platform() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.sending", "--platform"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    try:
        yield f"http://{HOST}:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


async def compare(address: DatabaseAddress, base: str, people: int) -> None:
    async with (
        open_test_shop(address) as opened,
        ClientSession(connector=TCPConnector(limit=CLIENTS)) as session,
    ):
        shop = replace(opened, account_kinds={"main": "service"})
        await a_crowd(shop, people)
        await rows("ANALYZE")
        turns = [await one_turn(shop, session, base, people) for _ in range(TURNS)]
    report({name: round(median(turn[name] for turn in turns)) for name in turns[0]})


async def one_turn(shop: Shop, session: ClientSession, base: str, people: int) -> dict[str, int]:
    bare = await bare_calls(session, base, people)
    return {"bare": bare, "outbox": await broadcast_to(shop, session, base, people)}


async def bare_calls(session: ClientSession, base: str, people: int) -> int:
    waiting = iter(range(people))
    started = time.perf_counter()

    async def client() -> None:
        for number in waiting:
            text = {"touser": f"crowd-{number}", "msgtype": "text", "text": {"content": "新品上市"}}
            body = json.dumps(text, ensure_ascii=False).encode()
            async with session.post(f"{base}{SEND}?access_token=t", data=body) as answer:
                assert (await answer.json())["errcode"] == 0

    await asyncio.gather(*[client() for _ in range(CLIENTS)])
    return round(people / (time.perf_counter() - started))


async def broadcast_to(shop: Shop, session: ClientSession, base: str, people: int) -> int:
    """From rows that are queued until the last of them is sent."""
    number = await queue_broadcast(people)
    gateway = WeChatGateway(
        SAFE, session, api_base=base, tokens=SharedTokens(shop.cache), now_seconds=time.time
    )
    PACES["service"] = UNPACED
    delivery = delivery_for(shop, {"main": gateway}, {})
    started = time.perf_counter()
    delivery.start()
    while await sent(number) < people:  # noqa: ASYNC110 - only the database knows
        await asyncio.sleep(0.1)
    seconds = time.perf_counter() - started
    await delivery.close()
    await gateway.close()
    await change("UPDATE outbox SET left_at = NULL")
    await change("UPDATE contacts SET left_over = 5")
    return round(people / seconds)


async def queue_broadcast(people: int) -> int:
    await change(
        "INSERT INTO broadcasts (key, state, audience, filter, content, topic, people, created_at)"
        " SELECT 'b' || COUNT(*), 'running', '全部', '{}', $1, 'offers', $2, 1 FROM broadcasts",
        json.dumps({"kind": "text", "value": "新品上市"}),
        people,
    )
    await change(
        "INSERT INTO outbox (key, account, openid, class, lane, content, state, due_at, created_at,"
        " member_id, follower_id, broadcast_id) SELECT b.id || ':' || f.openid, 'main', f.openid,"
        " 'promotion', 2, '', 'queued', 0, 0, f.member_id, f.id, b.id FROM followers f,"
        " (SELECT MAX(id) AS id FROM broadcasts) b WHERE f.openid LIKE 'crowd-%' ORDER BY f.id"
    )
    found = await row("SELECT MAX(id) AS id FROM broadcasts")
    assert found is not None
    number: int = found["id"]
    return number


async def sent(broadcast_id: int) -> int:
    found = await row(
        "SELECT COUNT(*) AS n FROM outbox WHERE broadcast_id = $1 AND state = 'sent'", broadcast_id
    )
    assert found is not None
    number: int = found["n"]
    return number


def report(speeds: dict[str, int]) -> None:
    for name, speed in speeds.items():
        print(f"{name:<8}{speed:8} a second, {100 * speed // speeds['bare']:4} % of bare calls")
    reached = 100 * speeds["outbox"] >= WANTED_PERCENT * speeds["bare"]
    print(f"{WANTED_PERCENT} % from the outbox: {'reached' if reached else 'MISSED'}")


if __name__ == "__main__":
    main()
