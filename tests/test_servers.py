"""The servers the tests stand on are real: what was committed survives them."""

from pathlib import Path

import asyncpg
import pytest

from tests.server_process import ServerMissing
from tests.servers import PostgresServer, RedisServer, redis_server


async def test_a_fresh_database_speaks_to_the_driver_we_use(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        assert await connection.fetchval("SELECT '熟客' || current_setting('fsync')") == "熟客on"
    finally:
        await connection.close()


def test_a_copy_of_a_database_holds_what_the_first_held(real_postgres: PostgresServer) -> None:
    first = real_postgres.create_database()
    real_postgres.run_sql("CREATE TABLE till (code text)", database=name_in(first))
    copy = real_postgres.create_database(like=first)
    assert real_postgres.run_sql("SELECT count(*) FROM till", database=name_in(copy)) == "0"


def test_what_was_committed_survives_a_kill(
    real_postgres: PostgresServer, postgres_url: str
) -> None:
    real_postgres.run_sql("CREATE TABLE receipt AS SELECT 3200", database=name_in(postgres_url))
    real_postgres.kill()
    real_postgres.start()
    assert real_postgres.run_sql("TABLE receipt", database=name_in(postgres_url)) == "3200"


def test_redis_keeps_nothing_over_a_kill(real_redis: RedisServer, redis_url: str) -> None:
    assert real_redis.ask(b"SET word 1") == b"+OK\r\n"
    real_redis.kill()
    assert not real_redis.is_ready()
    real_redis.start()
    assert real_redis.ask(b"DBSIZE") == b":0\r\n"
    assert real_redis.url == redis_url


def test_a_missing_redis_is_an_error_that_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerMissing, match="make test"), redis_server():
        pass


def name_in(url: str) -> str:
    return url.rpartition("/")[2]
