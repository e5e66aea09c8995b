"""Sight (可见范围): which tickets somebody of the staff sees, as a condition on their rows.

A ticket about somebody does not exist for them, by whatever account they look.
"""

from dataclasses import dataclass

from loyalty.tickets import Ticket
from storage.sql import Row, Values, row, rows
from storage.tickets import OPEN_STATES, ticket_from

SAME_PERSON = "(x.id = me.id OR x.member_id = me.member_id OR x.unionid = me.unionid)"


@dataclass(frozen=True, slots=True)
class Sight:
    """`stores` is None for the whole brand; `storeless`: also what belongs to no store."""

    follower_id: int
    stores: frozenset[int] | None
    storeless: bool

    def condition(self, values: Values) -> str:
        """On `t`, an alias of tickets."""
        subject = (
            "SELECT 1 FROM ticket_subjects ts JOIN staff a ON a.id = ts.staff_id"
            " JOIN followers x ON x.id = a.follower_id"
            f" JOIN followers me ON me.id = {values(self.follower_id)}"
            f" WHERE ts.ticket_id = t.id AND {SAME_PERSON}"
        )
        return f"{self._places(values)} AND NOT EXISTS ({subject})"

    def _places(self, values: Values) -> str:
        if self.stores is None:
            return "1 = 1"
        parts = ["t.store_id IS NULL"] if self.storeless else []
        if self.stores:
            parts.append(f"t.store_id IN ({', '.join(map(values, sorted(self.stores)))})")
        return f"({' OR '.join(parts)})" if parts else "1 = 0"


async def ticket_in_sight(ticket_id: int, sight: Sight) -> Ticket | None:
    values = Values()
    number, seen = values(ticket_id), sight.condition(values)
    found = await row(f"SELECT t.* FROM tickets t WHERE t.id = {number} AND {seen}", *values.all)
    return ticket_from(found) if found else None


async def queue_in_sight(
    sight: Sight, states: tuple[str, ...], *, limit: int, offset: int
) -> list[Ticket]:
    """Higher rungs first, then who has waited longest."""
    values = Values()
    seen = sight.condition(values)
    chosen = ", ".join(map(values, states))
    found = await rows(
        f"SELECT t.* FROM tickets t WHERE t.state IN ({chosen}) AND {seen}"
        " ORDER BY t.tier_rank DESC, t.created_at, t.id"
        f" LIMIT {values.number(limit)} OFFSET {values.number(offset)}",
        *values.all,
    )
    return [ticket_from(line) for line in found]


async def open_counts_in_sight(sight: Sight) -> dict[str, int]:
    """How many tickets are in each of the open states."""
    values = Values()
    seen = sight.condition(values)
    found = await rows(
        "SELECT t.state, COUNT(*) AS n FROM tickets t"
        f" WHERE t.state IN ({OPEN_STATES}) AND {seen} GROUP BY t.state",
        *values.all,
    )
    return {line["state"]: line["n"] for line in found}


async def staff_besides_subjects(ticket_id: int) -> list[Row]:
    """Active staff whom this ticket is not about, with where they work and can be written to."""
    return await rows(
        "SELECT f.id, f.account, f.openid, s.id AS staff_id, s.role, s.store_id, s.region_id"
        " FROM staff s JOIN followers f ON f.id = s.follower_id JOIN followers me ON me.id = f.id"
        " WHERE s.state = 'active' AND NOT EXISTS (SELECT 1 FROM ticket_subjects ts"
        " JOIN staff a ON a.id = ts.staff_id JOIN followers x ON x.id = a.follower_id"
        f" WHERE ts.ticket_id = $1 AND {SAME_PERSON}) ORDER BY f.id",
        ticket_id,
    )


async def subject_followers(ticket_id: int) -> list[int]:
    """By which accounts the staff whom a ticket is about are staff now."""
    found = await rows(
        "SELECT DISTINCT me.id FROM staff s JOIN followers me ON me.id = s.follower_id"
        " JOIN ticket_subjects ts ON ts.ticket_id = $1 JOIN staff a ON a.id = ts.staff_id"
        f" JOIN followers x ON x.id = a.follower_id AND {SAME_PERSON} WHERE s.state = 'active'",
        ticket_id,
    )
    return [line["id"] for line in found]


async def staff_of_id(staff_id: int) -> Row | None:
    """Whether still staff or not."""
    return await row("SELECT id, role, store_id, region_id FROM staff WHERE id = $1", staff_id)
