"""One process of a race: `python -m tests.faults.race_worker URL`, heats as JSON lines on stdin.

A heat is {"kind": …, "clients": […]}; all its clients start at once, and the answer is a line with
what became of each: "won", or the name of what refused it.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from loyalty.coupon_codes import read_coupon_code
from loyalty.merging import MemberMerged
from loyalty.person import Person
from loyalty.refusals import Refusal
from services.activities.signups import sign_up
from services.coupons.exchanges import exchange_points
from services.coupons.redeeming import redeem_at_receipt
from services.merges.merging import merge_members
from services.purchases.claims import claim_receipt
from services.shop import Shop
from services.wallet.holds import HoldRequest, hold
from storage.database import DatabaseAddress, is_outage
from storage.models import Member
from tests.faults.race_heats import PRICE_POINTS
from tests.faults.race_parts import POOL_SIZE, open_race_shop, till_of
from tests.shop_parts import read

Client = dict[str, Any]
TRIES = 10


async def redeem(shop: Shop, client: Client) -> None:
    code = read_coupon_code(client["code"])
    assert code is not None
    used = await redeem_at_receipt(shop, await till_of(shop), code, client["receipt_no"])
    assert not used.is_replay


async def claim(shop: Shop, client: Client) -> None:
    await claim_receipt(shop, Person(**client["person"]), read(client["token"]))


async def spend(shop: Shop, client: Client) -> None:
    request = HoldRequest(
        receipt_no=client["receipt_no"],
        member_code=client["member_code"],
        amount_fen=client["amount_fen"],
        fingerprint=client["receipt_no"],
    )
    await hold(shop, await till_of(shop), request)


async def take(shop: Shop, client: Client) -> None:
    await exchange_points(
        shop,
        client["member_id"],
        client["reward"],
        shown_points=PRICE_POINTS,
        key=client["key"],
    )


async def sign_up_for(shop: Shop, client: Client) -> None:
    person, number = Person(**client["person"]), client["number"]
    await sign_up(shop, person, number, key=f"race:{number}:{person.follower_id}")


async def be_one(shop: Shop, client: Client) -> None:
    """Whoever was merged before the message was heard is the kept member by then."""
    if "kept_id" in client:
        await merge_members(
            shop,
            client["kept_id"],
            client["member_id"],
            by="system",
            reason="race",
            key=client["key"],
        )
        return
    member = await Member.get(id=client["member_id"])
    await take(shop, {**client, "member_id": member.merged_into or member.id})


RUNS: dict[str, Callable[[Shop, Client], Awaitable[None]]] = {
    "redeem": redeem,
    "claim": claim,
    "spend": spend,
    "take": take,
    "sign_up": sign_up_for,
    "be_one": be_one,
}


async def outcome(shop: Shop, kind: str, client: Client) -> str:
    """A client that hears `busy` rings again, as tills do."""
    for _ in range(TRIES):
        try:
            await RUNS[kind](shop, client)
        except MemberMerged:
            await asyncio.sleep(0)
        except Refusal as refusal:
            return type(refusal).__name__
        except Exception as fault:
            if not is_outage(fault):
                raise
        else:
            return "won"
    return "busy"


async def main(url: str) -> None:
    async with open_race_shop(DatabaseAddress(url, pool_size=POOL_SIZE)) as shop:
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            heat = json.loads(line)
            await shop.keep_up()
            tries = [outcome(shop, heat["kind"], client) for client in heat["clients"]]
            print(json.dumps(await asyncio.gather(*tries)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
