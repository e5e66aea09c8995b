"""RFM scores: read from purchases and written in one statement, however many members there are."""

from collections.abc import Sequence
from datetime import date, datetime

from loyalty.rfm import PURCHASES, QUIET_DAYS, SPENT_FEN, RfmName, rfm_name
from storage.instants import from_ms, to_ms
from storage.sql import Values, change, row

DAY_MS = 86_400_000
FIFTHS = (0.2, 0.4, 0.6, 0.8)
# Who bought in the window, less what was given back; paid_at decides.
BOUGHT = """
SELECT p.member_id, MAX(p.paid_at) AS newest, COUNT(*) AS purchases,
       SUM(p.paid_fen - p.refunded_fen) AS spent
FROM purchases p JOIN members m ON m.id = p.member_id AND m.state = 'active'
WHERE p.paid_at >= {since} AND p.paid_fen > p.refunded_fen GROUP BY p.member_id
"""


async def base_of(since: datetime) -> tuple[int, datetime | None]:
    """How many bought since then, and when anybody bought first at all."""
    found = await row(
        "SELECT COUNT(DISTINCT member_id) AS buyers, (SELECT MIN(paid_at) FROM purchases) AS first"
        " FROM purchases WHERE member_id IS NOT NULL AND paid_at >= $1",
        to_ms(since),
    )
    assert found is not None
    first = found["first"]
    return int(found["buyers"]), None if first is None else from_ms(first)


async def write_scores(today: date, *, since: datetime, now: datetime, by_percentile: bool) -> int:
    """Score everybody who bought since then; who did not has none. How many have one."""
    values = Values()
    bought = BOUGHT.format(since=values.number(to_ms(since)))
    day = values(today.isoformat())
    source = _ranked(bought) if by_percentile else bought
    scores = _by_percentile() if by_percentile else _by_bounds(values, now)
    written = await change(
        "INSERT INTO rfm_scores (member_id, r, f, m, name, scored_on)"
        f" SELECT member_id, r, f, m, {_name()}, CAST({day} AS TEXT) FROM"
        f" (SELECT member_id, {scores} FROM ({source}) AS bought) AS scored WHERE 1 = 1"
        " ON CONFLICT (member_id) DO UPDATE SET r = excluded.r, f = excluded.f, m = excluded.m,"
        " name = excluded.name, scored_on = excluded.scored_on",
        *values.all,
    )
    await change("DELETE FROM rfm_scores WHERE scored_on <> $1", today.isoformat())
    return written


def _ranked(bought: str) -> str:
    """With the share of all who are below, by each measure."""
    ranks = ", ".join(
        f"PERCENT_RANK() OVER (ORDER BY {column}) AS {column}_rank"
        for column in ("newest", "purchases", "spent")
    )
    return f"SELECT member_id, {ranks} FROM ({bought}) AS bought"


def _by_percentile() -> str:
    columns = (("newest", "r"), ("purchases", "f"), ("spent", "m"))
    return ", ".join(f"{_steps(f'{column}_rank', FIFTHS)} AS {name}" for column, name in columns)


def _by_bounds(values: Values, now: datetime) -> str:
    quiet = [values.number(to_ms(now) - days * DAY_MS) for days in QUIET_DAYS]
    recency = " + ".join(f"CASE WHEN newest >= {instant} THEN 1 ELSE 0 END" for instant in quiet)
    often, much = _steps("purchases", PURCHASES), _steps("spent", SPENT_FEN)
    return f"1 + {recency} AS r, {often} AS f, {much} AS m"


def _steps(column: str, bounds: Sequence[float]) -> str:
    return "1 + " + " + ".join(
        f"CASE WHEN {column} >= {bound} THEN 1 ELSE 0 END" for bound in bounds
    )


def _name() -> str:
    """What loyalty.rfm.rfm_name says, as a table of all 125 scores."""
    scores = [(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]
    named: dict[RfmName, list[str]] = {}
    for r, f, m in scores:
        named.setdefault(rfm_name(r, f, m), []).append(str(100 * r + 10 * f + m))
    cases = [
        f"WHEN 100 * r + 10 * f + m IN ({', '.join(codes)}) THEN '{name}'"
        for name, codes in named.items()
    ]
    return f"CASE {' '.join(cases)} END"
