"""The clock of leases (租约时钟): how long somebody holds a thing, whatever the wall clocks show.

A wall clock that is put forward must not take a live lease away (reliability F53). Machines that
share a PostgreSQL go by its clock. On SQLite there is one machine, and its clock that nobody puts
counts from the start of the machine: a lease further ahead than any can be is of an earlier start.
"""

import time

from storage.database import is_postgres
from storage.sql import Values

LEASE_MS = 30_000
DATABASE_NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"


def lease_end(values: Values) -> str:
    """When a lease taken or renewed now ends."""
    return f"({_now(values)} + {LEASE_MS})"


def lease_has_ended(values: Values, column: str = "lease_until") -> str:
    now = _now(values)
    if is_postgres():
        return f"{column} < {now}"
    return f"({column} < {now} OR {column} > {now} + {LEASE_MS})"


def _now(values: Values) -> str:
    return DATABASE_NOW if is_postgres() else values.number(machine_ms())


def machine_ms() -> int:
    """Alike for every process of this machine."""
    return time.monotonic_ns() // 1_000_000
