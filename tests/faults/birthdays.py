"""Birthdays (生日): everybody is greeted once a birthday year, over sixty years of shop days.

`python -m tests.faults.birthdays --members 10000` plays 1990 to 2050 on SQLite. Every birthday
there is has its members, in both calendars; on some mornings nobody ticks, for up to three weeks.
"""

import argparse
import asyncio
import random
import sys
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import cycle, islice
from time import perf_counter

from services.campaigns.runs import run_campaign_audience
from services.campaigns.turns import campaign_named
from services.clock import SHOP_ZONE
from services.details.keeping import birthday_digest
from services.shop import Shop
from storage.database import DatabaseAddress
from storage.sealing import seal
from storage.sql import change, rows
from tests.faults.races import DATABASES
from tests.services.campaigning import only_campaign
from tests.shop_parts import MachineClock, a_member, open_test_shop

NINE = time(9)
# Mornings without a run: one in so many begins some days of silence.
SILENCE_EVERY, LONGEST_SILENCE = 40, 21


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom, and from the first day of one year to the last of another."""

    members: int
    first: int
    last: int
    seed: int


@dataclass(slots=True)
class Report:
    """What was wrong, word for word, and what it took."""

    faults: list[str] = field(default_factory=list)
    greetings: int = 0
    runs: int = 0
    silences: int = 0


def birthdays() -> Iterator[str]:
    """366 days of the sun; thirty in each of twelve months of the moon, ordinary and leap."""
    for month in range(1, 13):
        for day in range(1, monthrange(2000, month)[1] + 1):
            yield f"{month:02d}-{day:02d}"
    for month in range(1, 13):
        for day in range(1, 31):
            yield from (f"农历{month:02d}-{day:02d}", f"农历闰{month:02d}-{day:02d}")


async def play(address: DatabaseAddress, plan: Plan) -> Report:
    clock = MachineClock(morning_of(date(plan.first, 1, 1) - timedelta(days=1)))
    async with open_test_shop(address, clock=clock) as shop:
        await only_campaign(shop, trigger="birthday", actions=[{"message": "生日快乐"}])
        days = list(birthdays())
        random.Random(plan.seed).shuffle(days)
        born = {
            await newcomer(shop, str(number), text): text
            for number, text in enumerate(islice(cycle(days), plan.members))
        }
        report = Report()
        await live_through(shop, clock, plan, report)
        await check(plan, born, report)
        return report


async def newcomer(shop: Shop, openid: str, text: str) -> int:
    """As an import brings them: nobody knows when it was told, so it was in time."""
    member_id = (await a_member(shop, openid)).member_id
    assert member_id is not None
    place = {"table": "members", "column": "birthday_sealed", "row": str(member_id)}
    await change(
        "UPDATE members SET birthday_sealed = $1, birthday_index = $2 WHERE id = $3",
        seal(shop.keys, text, **place),
        birthday_digest(shop.keys, text),
        member_id,
    )
    return member_id


async def live_through(shop: Shop, clock: MachineClock, plan: Plan, report: Report) -> None:
    campaign, luck = campaign_named(shop, "test"), random.Random(plan.seed)
    assert campaign is not None
    day, last = date(plan.first, 1, 1), date(plan.last, 12, 31)
    while day <= last:
        clock.now = morning_of(day)
        report.greetings += await run_campaign_audience(shop, campaign, clock.now)
        report.runs += 1
        silent = luck.randint(1, LONGEST_SILENCE) if luck.randrange(SILENCE_EVERY) == 0 else 0
        report.silences += bool(silent)
        # The last morning is never a silent one.
        day = max(day + timedelta(days=1), min(day + timedelta(days=1 + silent), last))


async def check(plan: Plan, born: dict[int, str], report: Report) -> None:
    """Lunar years begin in January or February: of the first and the last only a part is played."""
    found = await rows("SELECT member_id, period FROM campaign_effects WHERE campaign = 'test'")
    greeted = Counter((line["member_id"], int(line["period"])) for line in found)
    sent = await rows(
        "SELECT member_id, COUNT(*) AS n FROM outbox WHERE campaign = 'test' GROUP BY member_id"
    )
    messages = {line["member_id"]: line["n"] for line in sent}
    for member_id, text in born.items():
        whole = range(plan.first, plan.last + (0 if text.startswith("农历") else 1))
        wrong = [year for year in whole if greeted[member_id, year] != 1]
        if wrong:
            report.faults.append(f"{text}: not once in {wrong}")
        in_all = sum(greeted[member_id, year] for year in range(plan.first - 1, plan.last + 1))
        if messages.get(member_id, 0) != in_all:
            report.faults.append(f"{text}: {in_all} years, {messages.get(member_id, 0)} messages")


def morning_of(day: date) -> datetime:
    return datetime.combine(day, NINE, SHOP_ZONE)


def main(options: argparse.Namespace) -> int:
    plan = Plan(options.members, options.first, options.last, options.seed)
    started = perf_counter()
    with DATABASES[options.database]() as address:
        report = asyncio.run(play(address, plan))
    print(
        f"{plan}: {report.greetings} greetings by {report.runs} runs, {report.silences} silences,"
        f" {len(report.faults)} faults, {perf_counter() - started:.0f} s"
    )
    print(*report.faults[:20], sep="\n")
    return 1 if report.faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=1990)
    parser.add_argument("--last", type=int, default=2050)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="sqlite", choices=list(DATABASES))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main(_options()))
