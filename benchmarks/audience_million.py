"""A filter over a million members (百万人群), beside the SQL that somebody would write by hand.

    python -m benchmarks.audience_million [--members 1000000]

Starts a PostgreSQL of its own in a temporary folder. Each pair is taken in turns; what counts is
the median of the rounds. At the end the whole audience is written down, as a group send does.
"""

import argparse
import asyncio
import time
from datetime import timedelta
from statistics import median

from loyalty.audiences.reading import parse_filter
from services.audiences.finding import Audience, people_of
from services.shop import Shop
from storage.audience_parts import midnight_ms
from storage.audiences import how_many
from storage.bulk import refresh_statistics
from storage.database import DatabaseAddress
from storage.instants import to_ms
from storage.sql import Values, change, row, rows
from storage.transactions import transactional
from tests.servers import postgres_server
from tests.shop_parts import a_member, a_till, open_test_shop

ROUNDS = 7
WANTED_TIMES = 1.2
SNAPSHOT_SECONDS = 60

# A statement may not take longer than it may in a shop.
STEP = 20_000
DAY_MS = "CAST(86400000 AS BIGINT)"
# By a formula of its number everybody gets a store, a tier, a few purchases and a balance.
FILL = f"""
INSERT INTO members (member_no, joined_at, join_key, home_store_id)
  SELECT 'B' || g, {{now}} - g % 1000 * {DAY_MS}, 'bench-' || g, 1 + g % 8
  FROM generate_series({{first}}, {{last}}) g;
INSERT INTO member_tiers (member_id, tier, growth, since_on)
  SELECT id, CASE WHEN id % 10 = 0 THEN 'gold' ELSE 'silver' END, 0, '2026-01-01'
  FROM members WHERE id % 3 = 0 AND id > {{known}};
INSERT INTO purchases (till_id, store_id, receipt_no, key_epoch, paid_at, paid_fen, refunded_fen,
    lines, member_id, points, claim_until, fingerprint, recorded_at)
  SELECT {{till}}, 1 + (m.id + v) % 8, 'B-' || m.id || '-' || v, 1,
    {{now}} - (m.id * 7 + v * 61) % 400 * {DAY_MS}, 1000 + (m.id * 13 + v) % 9000,
    CASE WHEN (m.id + v) % 50 = 0 THEN 1000 ELSE 0 END, '[]', m.id, 0, 0, 'f', {{now}}
  FROM members m, generate_series(1, 3) v WHERE (m.id + v) % 4 <> 0 AND m.id > {{known}};
INSERT INTO purchase_categories (purchase_id, category, amount_fen)
  SELECT id, CASE WHEN id * 7919 % 97 < 20 THEN 'fresh' ELSE 'coffee' END, paid_fen - refunded_fen
  FROM purchases WHERE member_id > {{known}};
INSERT INTO ledger_accounts (member_id, unit, name, balance)
  SELECT id, 'points', 'member', id % 2000 FROM members WHERE id > {{known}};
INSERT INTO member_tags (member_id, tag, source, reason, tagged_at)
  SELECT id, 'fresh', 'rule', '-', 0 FROM members WHERE id % 20 = 0 AND id > {{known}}
"""
FILLED = (
    *("members", "member_tiers", "purchases", "purchase_categories", "ledger_accounts"),
    "member_tags",
)
NET = "p.refunded_fen < p.paid_fen"
CHENGDU = "m.home_store_id IN (SELECT id FROM stores WHERE region_id = 1)"
# The filter, and what a person who knows the tables would write.
PAIRS = {
    "90天内消费>=100": f"""
        m.id IN (SELECT p.member_id FROM purchases p WHERE p.paid_at >= {{ago90}} AND {NET}
                 GROUP BY p.member_id HAVING SUM(p.paid_fen - p.refunded_fen) >= 10000)""",
    "90天内未消费": f"""
        NOT EXISTS (SELECT 1 FROM purchases p WHERE p.member_id = m.id
                    AND p.paid_at >= {{ago90}} AND {NET})""",
    "区域=成都 且 等级>=金卡 且 90天内未消费 且 买过=fresh": f"""
        m.region_id IS NULL AND {CHENGDU}
        AND EXISTS (SELECT 1 FROM member_tiers t WHERE t.member_id = m.id
                    AND t.tier IN ('gold', 'black'))
        AND NOT EXISTS (SELECT 1 FROM purchases p WHERE p.member_id = m.id
                        AND p.paid_at >= {{ago90}} AND {NET})
        AND EXISTS (SELECT 1 FROM purchases p JOIN purchase_categories c ON c.purchase_id = p.id
                    WHERE p.member_id = m.id AND {NET} AND c.category = 'fresh'
                    AND c.amount_fen > 0)""",
    "积分>=1000 且 非 标签=fresh": """
        m.id IN (SELECT a.member_id FROM ledger_accounts a WHERE a.unit = 'points'
                 AND a.name = 'member' AND a.balance >= 1000)
        AND NOT EXISTS (SELECT 1 FROM member_tags g
                        WHERE g.member_id = m.id AND g.tag = 'fresh')""",
    "180天内到店>=2次": f"""
        m.id IN (SELECT p.member_id FROM purchases p WHERE p.paid_at >= {{ago180}} AND {NET}
                 GROUP BY p.member_id HAVING COUNT(DISTINCT
                 (p.store_id, (p.paid_at + 28800000) / 86400000)) >= 2)""",
    "30天内到店>=1次 或 等级=金卡": f"""
        (EXISTS (SELECT 1 FROM purchases p WHERE p.member_id = m.id AND p.paid_at >= {{ago30}}
                 AND {NET})
         OR EXISTS (SELECT 1 FROM member_tiers t WHERE t.member_id = m.id AND t.tier = 'gold'))""",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--members", type=int, default=1_000_000)
    members = parser.parse_args().members
    with postgres_server() as postgres:
        asyncio.run(measure(postgres.create_database(), members))


async def measure(url: str, members: int) -> None:
    async with open_test_shop(DatabaseAddress(url)) as shop:
        await fill(shop, members)
        for text, by_hand in PAIRS.items():
            await compare(shop, text, by_hand)
        await write_down(shop)


async def fill(shop: Shop, members: int) -> None:
    await a_member(shop)
    till = await a_till(shop)
    for first in range(1, members + 1, STEP):
        known = await row("SELECT MAX(id) AS id FROM members")
        assert known is not None
        facts = {
            "first": first,
            "last": min(members, first + STEP - 1),
            "known": known["id"],
            "now": to_ms(shop.now()),
            "till": till.till_no,
        }
        for statement in FILL.format(**facts).split(";"):
            await rows(statement)
        if first // STEP % 10 == 0:
            await refresh_statistics(FILLED)
    await refresh_statistics(FILLED)


async def compare(shop: Shop, text: str, by_hand: str) -> None:
    """Both in turns, so that whatever else the machine does slows both down."""
    ours, theirs = list[float](), list[float]()
    people = people_of(shop, Audience(text, parse_filter(text)))
    ago = {f"ago{days}": midnight_ms(shop.today() - timedelta(days=days)) for days in (30, 90, 180)}
    hand = (
        f"SELECT COUNT(*) AS n FROM members m WHERE m.state = 'active' AND {by_hand.format(**ago)}"
    )
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = await how_many(people)
        between = time.perf_counter()
        line = await row(hand)
        theirs.append(time.perf_counter() - between)
        ours.append(between - started)
        assert line is not None
        assert found == line["n"], (text, found, line["n"])
    times = median(ours) / median(theirs)
    mark = "" if times <= WANTED_TIMES else f"  more than {WANTED_TIMES}"
    print(
        f"{found:9,} people  {median(ours):6.2f} s, by hand {median(theirs):6.2f} s,"
        f" {times:4.2f} times  {text}{mark}"
    )


@transactional
async def write_down(shop: Shop) -> None:
    """The snapshot of a group send to everybody."""
    await rows("SET LOCAL statement_timeout = '300s'")
    await rows(
        "INSERT INTO broadcasts (key, state, audience, filter, content, topic, created_at)"
        " VALUES ('bench', 'waiting', '-', '{}', '{}', 'offers', 0)"
    )
    values = Values()
    people = people_of(shop, Audience("all", parse_filter("全部")))(values)
    started = time.perf_counter()
    written = await change(
        "INSERT INTO broadcast_people (broadcast_id, member_id) SELECT b.id, m.id"
        f" FROM broadcasts b, members m WHERE {people}",
        *values.all,
    )
    seconds = time.perf_counter() - started
    print(f"{written:9,} people written down in {seconds:.1f} s, wanted {SNAPSHOT_SECONDS} s")


if __name__ == "__main__":
    main()
