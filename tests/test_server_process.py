"""What the tests stand on themselves: a port given once is given to nobody else."""

from tests.server_process import free_port


def test_no_port_is_given_twice() -> None:
    given = [free_port() for _ in range(300)]
    assert len(set(given)) == len(given)


def test_no_port_is_of_those_that_outgoing_connections_take() -> None:
    assert free_port() < 32_768
