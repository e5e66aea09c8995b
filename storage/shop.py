"""The shop's own rows (商家): installation, brand, stores and tills, versioned rules, the clock."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import change, row, rows


async def ensure_installation(code: str) -> str:
    """Give the installation its lasting code once; returns the one that holds."""
    await change(
        "INSERT INTO installation (id, code) VALUES (1, $1) ON CONFLICT (id) DO NOTHING", code
    )
    found = await row("SELECT code FROM installation WHERE id = 1")
    assert found is not None
    return str(found["code"])


async def read_installation() -> tuple[int, int]:
    """(clock offset in milliseconds, version of the shop's rules)."""
    found = await row("SELECT clock_offset_ms, rules_version FROM installation WHERE id = 1")
    return (found["clock_offset_ms"], found["rules_version"]) if found else (0, 0)


async def move_clock_offset(offset_ms: int) -> bool:
    """Move the business clock; never back."""
    return bool(
        await change(
            "UPDATE installation SET clock_offset_ms = $1 WHERE id = 1 AND clock_offset_ms <= $1",
            offset_ms,
        )
    )


async def bump_rules_version() -> int:
    """The version that holds from now on."""
    found = await row(
        "UPDATE installation SET rules_version = rules_version + 1 WHERE id = 1"
        " RETURNING rules_version"
    )
    assert found is not None
    version: int = found["rules_version"]
    return version


async def current_rules() -> list[dict[str, Any]]:
    """The newest version of every rule, in the order in which the rules were first loaded.

    Of ladder and tiers also the version before, the newest last.
    """
    found = await rows(
        "SELECT r.kind, r.code, r.body, r.starts_at FROM rules r WHERE r.version >"
        " (SELECT MAX(v.version) FROM rules v WHERE v.kind = r.kind AND v.code = r.code)"
        " - CASE WHEN r.kind IN ('ladder', 'tiers') THEN 2 ELSE 1 END"
        " ORDER BY r.kind, (SELECT MIN(v.id) FROM rules v WHERE v.kind = r.kind"
        " AND v.code = r.code), r.id"
    )
    return [{**line, "body": json.loads(line["body"])} for line in found]


async def drop_upcoming_rule(kind: str, code: str, now: datetime) -> None:
    """A version that has not started yet was never in force; another takes its place."""
    await change(
        "DELETE FROM rules WHERE kind = $1 AND code = $2 AND starts_at > $3",
        kind,
        code,
        to_ms(now),
    )


async def add_rule_version(kind: str, code: str, body: dict[str, Any], starts_at: datetime) -> None:
    await change(
        "INSERT INTO rules (kind, code, version, body, starts_at) SELECT $1, $2,"
        " COALESCE(MAX(version), 0) + 1, $3, $4 FROM rules WHERE kind = $1 AND code = $2",
        kind,
        code,
        json.dumps(body, ensure_ascii=False, sort_keys=True),
        to_ms(starts_at),
    )


async def put_brand(code: str, name: str, mode: str) -> bool:
    """True when something changed."""
    return bool(
        await change(
            "INSERT INTO brands (id, code, name, mode) VALUES (1, $1, $2, $3) ON CONFLICT (id)"
            " DO UPDATE SET code = excluded.code, name = excluded.name, mode = excluded.mode"
            " WHERE (brands.code, brands.name, brands.mode)"
            " <> (excluded.code, excluded.name, excluded.mode)",
            code,
            name,
            mode,
        )
    )


async def put_region(code: str, name: str, districts: Sequence[str]) -> bool:
    return bool(
        await change(
            "INSERT INTO regions (code, name, districts) VALUES ($1, $2, $3) ON CONFLICT (code)"
            " DO UPDATE SET name = excluded.name, districts = excluded.districts"
            " WHERE (regions.name, regions.districts) <> (excluded.name, excluded.districts)",
            code,
            name,
            json.dumps(districts, ensure_ascii=False),
        )
    )


async def put_store(code: str, region: str, name: str) -> bool:
    return bool(
        await change(
            "INSERT INTO stores (code, region_id, name)"
            " SELECT $1, r.id, $3 FROM regions r WHERE r.code = $2 ON CONFLICT (code) DO UPDATE"
            " SET region_id = excluded.region_id, name = excluded.name"
            " WHERE (stores.region_id, stores.name) <> (excluded.region_id, excluded.name)",
            code,
            region,
            name,
        )
    )


async def put_till(code: str, store: str) -> bool:
    """A known till must not use up an id: receipt tokens have three bytes for it."""
    moved = await change(
        "UPDATE tills SET store_id = s.id FROM stores s"
        " WHERE tills.code = $1 AND s.code = $2 AND tills.store_id <> s.id",
        code,
        store,
    )
    added = await change(
        "INSERT INTO tills (code, store_id) SELECT $1, s.id FROM stores s WHERE s.code = $2"
        " AND NOT EXISTS (SELECT 1 FROM tills WHERE code = $1)",
        code,
        store,
    )
    return bool(moved or added)


async def read_brand() -> dict[str, Any] | None:
    return await row("SELECT code, name, mode FROM brands WHERE id = 1")


async def read_stores() -> list[dict[str, Any]]:
    return await rows(
        "SELECT s.id, s.code, s.name, s.region_id, r.code AS region, r.name AS region_name"
        " FROM stores s"
        " JOIN regions r ON r.id = s.region_id ORDER BY s.id"
    )


async def read_districts() -> dict[str, int]:
    """The region's id by the name of each of its districts."""
    found = await rows("SELECT id, districts FROM regions ORDER BY id")
    return {district: line["id"] for line in found for district in json.loads(line["districts"])}


async def known_codes(table: str) -> set[str]:
    assert table in ("regions", "stores", "tills")
    return {found["code"] for found in await rows(f"SELECT code FROM {table}")}
