"""The shop against its model (模型测试): whatever happens in whatever order, the books agree."""

from contextlib import closing
from pathlib import Path

from tests.model.playing import play
from tests.model.world import postgres_world, sqlite_world
from tests.servers import PostgresServer

EXAMPLES = 200


def test_the_books_agree_with_the_model_on_sqlite(tmp_path: Path) -> None:
    with closing(sqlite_world(tmp_path)) as world:
        play(world, examples=EXAMPLES, steps=14)


def test_the_books_agree_with_the_model_on_postgres(real_postgres: PostgresServer) -> None:
    with closing(postgres_world(real_postgres)) as world:
        play(world, examples=EXAMPLES, steps=12)
