"""Group sends under fire (群发断电): nobody twice, nobody left out, the unknown ones named."""

import asyncio
import random
import time

from tests.contract.bench import few_at_once
from tests.contract.client import Phone
from tests.contract.fleet import Fleet
from tests.contract.rig import scale, seed

PEOPLE = 200
KILLS = 5
OPT_OUTS = 40
STOPPED_WITHIN_SECONDS = 5.0
RESUMED_WITHIN_SECONDS = 30.0
SENDS = "message/custom/send"


async def kill_at_random(fleet: Fleet, dice: random.Random, kills: int) -> list[float]:
    """When each process died; every one is back before the next dies."""
    shop, died_at = fleet.bench.shop, []
    for _ in range(kills):
        await asyncio.sleep(dice.uniform(0.1, 0.8))
        number = dice.randrange(shop.process_count)
        shop.kill(number)
        died_at.append(time.time())
        shop.launch(number)
        await fleet.bench.until_ready(number)
    return died_at


async def test_killed_senders_send_to_nobody_twice_and_leave_nobody_out(fleet: Fleet) -> None:
    dice = random.Random(seed())
    await fleet.gather(scale(PEOPLE))
    fleet.platform.plan(SENDS, times=0, delay_after=0.02)
    text = f"你有 {{积分}} 分，周末双倍 {dice.random()}"
    number = await fleet.broadcast(text)
    died_at = await kill_at_random(fleet, dice, scale(KILLS))
    report = await fleet.until_ended(number)
    states, accepted = await fleet.rows_of(number), fleet.accepted(text.partition("，")[2])
    sums = [report[name] for name in ("sent", "failed", "suppressed", "unknown")]
    assert sum(sums) == report["audience"], report
    assert max(accepted.values()) == 1
    assert set(states) <= {"sent", "failed", "suppressed", "unknown"}
    unknown = set(states.get("unknown", []))
    assert len(unknown) == report["unknown"]
    # What is called sent was taken, what was taken is called sent or unknown.
    assert set(states["sent"]) <= set(accepted)
    assert set(accepted) - set(states["sent"]) <= unknown
    crowd = {phone.openid for phone in fleet.crowd}
    assert crowd <= {openid for openids in states.values() for openid in openids}
    print(f"{len(died_at)} kills, {report}, taken {len(accepted)}")


async def test_who_stops_hears_nothing_more_after_five_seconds(fleet: Fleet) -> None:
    dice = random.Random(seed())
    await fleet.gather(scale(PEOPLE))
    fleet.platform.plan(SENDS, times=0, delay_after=2.5)
    text = f"你有 {{积分}} 分，夏日新品 {dice.random()}"
    number = await fleet.broadcast(text)
    stopped_at: dict[str, float] = {}

    async def stop(phone: Phone) -> None:
        await asyncio.sleep(dice.uniform(0, 3))
        await phone.deliver(phone.text("退订"))
        stopped_at[phone.openid] = time.time()

    leavers = dice.sample(fleet.crowd, scale(OPT_OUTS))
    await few_at_once(stop, leavers, limit=16)
    report = await fleet.until_ended(number)
    moments = fleet.moments(text.partition("，")[2])
    late = {
        openid: moments[openid] - at
        for openid, at in stopped_at.items()
        if openid in moments and moments[openid] - at > STOPPED_WITHIN_SECONDS
    }
    assert late == {}
    spared = [openid for openid in stopped_at if openid not in moments]
    assert report["suppressed"] >= len(spared) > 0
    print(f"{len(stopped_at)} stopped, {len(spared)} of them in time, {report}")


async def test_work_goes_on_within_half_a_minute_when_all_senders_die(fleet: Fleet) -> None:
    """Fewer calls are under way at once than there are people: somebody is left for afterwards."""
    await fleet.gather(PEOPLE)
    fleet.platform.plan(SENDS, times=0, delay_after=2.0)
    text = f"你有 {{积分}} 分，秋日新品 {seed()}"
    number = await fleet.broadcast(text)
    words = text.partition("，")[2]
    await fleet.bench.until(lambda: bool(fleet.moments(words)))
    shop = fleet.bench.shop
    for server in range(shop.process_count):
        shop.kill(server)
    died_at = time.time()
    fleet.platform.tell("faults/clear")
    shop.start_missing()
    report = await fleet.until_ended(number)
    after = [at for at in fleet.moments(words).values() if at > died_at]
    assert after
    assert min(after) - died_at <= RESUMED_WITHIN_SECONDS
    assert report["unknown"] > 0
    assert max(fleet.accepted(words).values()) == 1
    print(f"went on after {min(after) - died_at:.1f} s, {report}")
