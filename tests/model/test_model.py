"""The shop against its model (模型测试): whatever happens in whatever order, the books agree."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import ShopMachine
from tests.model.world import World, postgres_world, sqlite_world
from tests.servers import PostgresServer

EXAMPLES = 200
STEPS = 16


def play(world: World) -> None:
    machine = type("Machine", (ShopMachine,), {"world": world})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        world.close()


def test_the_books_agree_with_the_model_on_sqlite(tmp_path: Path) -> None:
    play(sqlite_world(tmp_path))


def test_the_books_agree_with_the_model_on_postgres(real_postgres: PostgresServer) -> None:
    play(postgres_world(real_postgres))
