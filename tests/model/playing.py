"""Playing the machine (试跑): so many examples of so many steps, by a seed or always the same."""

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import ShopMachine
from tests.model.world import World


def play(world: World, *, examples: int, steps: int, seed_of_run: int | None = None) -> None:
    """Raises AssertionError with the shortest history that hypothesis found."""
    machine = type("Machine", (ShopMachine,), {"world": world})
    if seed_of_run is not None:
        machine = seed(seed_of_run)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=[Phase.generate, Phase.shrink],
            deadline=None,
            database=None,
            derandomize=seed_of_run is None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
