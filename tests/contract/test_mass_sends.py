"""Mass sends under fire (群发高级接口断电): one call for many, whoever dies or leaves meanwhile."""

import random
import time
from collections import Counter

from tests.contract.accounts import OPEN
from tests.contract.bench import few_at_once
from tests.contract.client import Phone
from tests.contract.fleet import Fleet, next_morning
from tests.contract.rig import scale, seed

PEOPLE = 60
LEAVERS = 12
STOPPED_WITHIN_SECONDS = 5.0
# The window in which chat messages may be sent is over by then.
DAYS_AFTER = 3
MASS_SEND, TAGGING = "message/mass/send", "tags/members/batchtagging"


def calls_of(fleet: Fleet, api: str, *, since: float) -> int:
    return len(fleet.platform.ask("calls", since=since, api=api))


async def test_a_mass_send_whose_senders_die_is_made_again_and_taken_once(fleet: Fleet) -> None:
    await fleet.gather(scale(PEOPLE))
    await next_morning(fleet.bench, days=DAYS_AFTER)
    # Taken, and whoever called dies before the answer.
    fleet.platform.plan(MASS_SEND, delay_after=5.0)
    text = f"春日新品 {seed()} 到店"
    started_at, number = time.time(), await fleet.broadcast(text)
    await fleet.bench.until(lambda: bool(fleet.moments(text)))
    shop = fleet.bench.shop
    for server in range(shop.process_count):
        shop.kill(server)
    shop.start_missing()
    report = await fleet.until_ended(number)
    assert fleet.accepted(text) == Counter({phone.openid: 1 for phone in fleet.crowd})
    assert (report["failed"], report["unknown"]) == (0, 0), report
    assert report["sent"] + report["suppressed"] == report["audience"]
    assert calls_of(fleet, MASS_SEND, since=started_at) >= 2
    print(report)


async def test_who_stops_while_people_are_tagged_is_not_in_the_mass_send(fleet: Fleet) -> None:
    """Subscription accounts send by a tag, which takes its time."""
    dice = random.Random(seed())
    await fleet.gather(scale(PEOPLE), OPEN)
    await next_morning(fleet.bench, days=DAYS_AFTER)
    fleet.platform.plan(TAGGING, times=0, delay_before=4.0)
    text = f"夏日新品 {seed()} 到店"
    started_at, number = time.time(), await fleet.broadcast(text)
    await fleet.bench.until(lambda: calls_of(fleet, TAGGING, since=started_at) > 0)
    stopped_at: dict[str, float] = {}

    async def stop(phone: Phone) -> None:
        await phone.deliver(phone.text("退订"))
        stopped_at[phone.openid] = time.time()

    await few_at_once(stop, dice.sample(fleet.crowd, scale(LEAVERS)), limit=6)
    report = await fleet.until_ended(number)
    moments = fleet.moments(text)
    late = [
        openid
        for openid, at in stopped_at.items()
        if moments.get(openid, at) - at > STOPPED_WITHIN_SECONDS
    ]
    assert late == []
    assert set(moments) >= {phone.openid for phone in fleet.crowd} - set(stopped_at)
    assert set(fleet.accepted(text).values()) == {1}
    spared = set(stopped_at) - set(moments)
    assert report["suppressed"] >= len(spared) > 0, report
    print(f"{len(stopped_at)} stopped, {len(spared)} of them in time, {report}")
