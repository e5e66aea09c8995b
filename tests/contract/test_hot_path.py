"""The hot path (热路径): asking for points writes nothing and costs two short queries at most."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.bench import Bench
from tests.contract.client import Phone
from tests.servers import PostgresServer

MESSAGES = 50
WINDOW_SECONDS = 2.0
SPARE = 5  # a batch written behind, a poll that fell into one window only
STATEMENT = re.compile(r"LOG:  (?:execute [^:]+|statement):\s*(\w+)")


@pytest.fixture
async def statement_log(
    postgres_bench: Bench, real_postgres: PostgresServer
) -> AsyncIterator[Path]:
    """The server's log with every statement in it."""
    real_postgres.run_sql("ALTER SYSTEM SET log_statement = 'all'")
    real_postgres.run_sql("SELECT pg_reload_conf()")
    log = real_postgres.server.log
    try:
        for _ in range(100):  # a reload reaches every process of the server in its own time
            real_postgres.run_sql("SELECT 1")
            if statements_since(log, 0)["SELECT"]:
                break
        yield log
    finally:
        real_postgres.run_sql("ALTER SYSTEM RESET log_statement")
        real_postgres.run_sql("SELECT pg_reload_conf()")


def statements_since(log: Path, offset: int) -> Counter[str]:
    """First word of every statement after this point of the log: SELECT, INSERT, BEGIN …"""
    with log.open("rb") as lines:
        lines.seek(offset)
        text = lines.read().decode("utf-8", errors="replace")
    words = STATEMENT.findall(text)
    assert len(words) == text.count("LOG:  execute ") + text.count("LOG:  statement:")
    return Counter(word.upper() for word in words)


def size_of(log: Path) -> int:
    return log.stat().st_size


async def ask_for_points(people: list[Phone], count: int) -> None:
    for number in range(count):
        phone = people[number % len(people)]
        answer = await phone.deliver(phone.text("积分"), at=number // len(people))
        assert "50" in answer.numbers


async def window(people: list[Phone], log: Path, count: int) -> Counter[str]:
    """Statements of a while in which so many balances are asked for."""
    start = size_of(log)
    pause = asyncio.create_task(asyncio.sleep(WINDOW_SECONDS))
    await ask_for_points(people, count)
    await pause
    return statements_since(log, start)


async def test_a_warm_balance_writes_nothing_and_reads_twice(
    postgres_bench: Bench, statement_log: Path
) -> None:
    people = [await postgres_bench.member() for _ in range(5)]
    await ask_for_points(people, 4 * len(people))
    idle = await window(people, statement_log, 0)
    busy = await window(people, statement_log, MESSAGES)
    print(f"idle {dict(idle)}, busy {dict(busy)}")
    extra = busy - idle
    assert extra["SELECT"] + extra["WITH"] <= 2 * MESSAGES + SPARE
    assert sum(extra[word] for word in ("INSERT", "UPDATE", "DELETE", "MERGE")) <= SPARE
