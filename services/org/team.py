"""员工: who is staff within one's reach, by the number that stops them."""

from dataclasses import dataclass
from datetime import date

from loyalty.person import Person
from loyalty.staff import Right
from services.clock import day_of
from services.org.reach import staff_label
from services.org.staff import allow, covers, reach_of, reach_within
from services.org.staff_changes import scope_named
from services.shop import Shop
from storage.instants import from_ms
from storage.staff import active_staff

SHOWN = 20


@dataclass(frozen=True, slots=True)
class TeamMate:
    label: str
    since: date


@dataclass(frozen=True, slots=True)
class Team:
    """The first of them, and how many there are besides."""

    mates: tuple[TeamMate, ...]
    more: int


async def team(shop: Shop, person: Person, place: str = "") -> Team:
    """Those who work within a store or region, or within all of this person's reach."""
    allow(person, Right.KNOW_STAFF)
    scope, reach = scope_named(shop, place), reach_of(shop, person)
    wanted = reach_within(shop, scope.store_id, scope.region_id)
    found = [
        row
        for row in await active_staff()
        for theirs in [reach_within(shop, row["store_id"], row["region_id"])]
        if covers(reach, theirs) and covers(wanted, theirs)
    ]
    mates = [
        TeamMate(
            staff_label(shop, row["id"], row["role"], row["store_id"], row["region_id"]),
            day_of(from_ms(row["bound_at"])),
        )
        for row in found[:SHOWN]
    ]
    return Team(tuple(mates), len(found) - len(mates))
