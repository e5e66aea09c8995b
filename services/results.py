"""What came of it (成效): of a campaign or a group send, in figures that add up.

Purchases count for three weeks, and are set against those who were held out on purpose.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.broadcasts import Figures
from loyalty.lift import MEASURED_DAYS, SMALLEST_GROUP, Group, Verdict, verdict_on
from loyalty.people import mask_numbers
from loyalty.person import Person
from loyalty.refusals import Refusal
from services.auditing import Act, audit_alone
from services.broadcast_reports import figures_of, messages_counted
from services.message_replies import COLUMN, TABLE
from services.shop import Shop
from services.staff import Right, allow, reach_of
from storage.broadcasts import broadcast_of_id
from storage.instants import from_ms
from storage.results import (
    REACHED,
    TREATED,
    count_messages,
    count_replies,
    groups_of,
    newest_replies,
)
from storage.sealing import unseal

__all__ = ["MEASURED_DAYS", "SMALLEST_GROUP", "Figures", "Group"]

LISTED_REPLIES = 8
LONGEST_NUMBER = 15


class NothingSentByThatName(Refusal):
    wording = "results/unknown"


@dataclass(frozen=True, slots=True)
class SaidBack:
    """One reply, without phone or identity numbers."""

    at: datetime
    text: str
    ticket_id: int | None


@dataclass(frozen=True, slots=True)
class Results:
    """`treated` and `held_out` are those whose three weeks are over.

    `messages`: the four ends and what is on the way add up to all of them.
    """

    name: str
    messages: Figures
    replied: int
    unhappy: int
    treated: Group
    held_out: Group
    verdict: Verdict
    replies: tuple[SaidBack, ...]


async def results_of(shop: Shop, person: Person, name: str, *, key: str) -> Results:
    """Of a campaign by its code, of a group send by its number; the look is kept.

    Raises NothingSentByThatName, also for what this person may not see.
    """
    allow(person, Right.BROADCAST)
    column, which, people, messages = await _source(shop, person, name)
    replied, unhappy = await count_replies(column, which)
    length = timedelta(days=MEASURED_DAYS)
    groups = await groups_of(people, which, length=length, now=shop.now())
    treated, held_out = groups.get("treated", Group()), groups.get("held_out", Group())
    await audit_alone(shop, person, Act("results.view", subject=f"{column}:{which}"), key=key)
    return Results(
        name=name,
        messages=messages,
        replied=replied,
        unhappy=unhappy,
        treated=treated,
        held_out=held_out,
        verdict=verdict_on(treated, held_out),
        replies=await _replies(shop, column, which),
    )


async def _source(shop: Shop, person: Person, name: str) -> tuple[str, int | str, str, Figures]:
    if name.isascii() and name.isdecimal() and len(name) <= LONGEST_NUMBER:
        found = await broadcast_of_id(int(name))
        if found is not None and (reach_of(shop, person) is None or is_own(person, found)):
            return "broadcast_id", int(name), REACHED, await figures_of(found)
        raise NothingSentByThatName(name=name)
    is_known = any(campaign.code == name for campaign in shop.rules.campaigns)
    if not is_known or reach_of(shop, person) is not None:
        raise NothingSentByThatName(name=name)
    return "campaign", name, TREATED, messages_counted(await count_messages(name))


def is_own(person: Person, broadcast: dict[str, object]) -> bool:
    return broadcast["staff_id"] == person.staff_id


async def _replies(shop: Shop, column: str, which: int | str) -> tuple[SaidBack, ...]:
    found = await newest_replies(column, which, limit=LISTED_REPLIES)
    return tuple(
        SaidBack(
            from_ms(line["written_at"]),
            mask_numbers(
                unseal(shop.keys, line["text_sealed"], table=TABLE, column=COLUMN, row=line["key"])
            ),
            line["ticket_id"],
        )
        for line in found
    )
