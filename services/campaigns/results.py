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
from loyalty.send_gate_values import Held
from services.broadcasts.reports import figures_of, messages_counted
from services.campaigns.answers import question_of
from services.custody.auditing import Act, audit_alone
from services.messages.replies import COLUMN, TABLE
from services.org.staff import Right, allow, reach_of
from services.shop import Shop
from storage.broadcasts import drafted_broadcast
from storage.campaigns import people_without_channel
from storage.instants import from_ms
from storage.results import (
    REACHED,
    TREATED,
    count_answers,
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

    `unreached`: how many people nothing could tell of it when it was due. `messages`: the
    four ends and what is on the way add up to all of them. `answers`: by every answer that is
    offered, and by those that once were, how often it was tapped.
    """

    name: str
    messages: Figures
    unreached: int
    replied: int
    unhappy: int
    treated: Group
    held_out: Group
    verdict: Verdict
    replies: tuple[SaidBack, ...]
    question: str = ""
    answers: tuple[tuple[str, int], ...] = ()


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
    question, answers = await _answers(shop, column, name)
    await audit_alone(shop, person, Act("results.view", subject=f"{column}:{which}"), key=key)
    return Results(
        name=name,
        messages=messages,
        unreached=await _unreached(column, which, messages),
        replied=replied,
        unhappy=unhappy,
        treated=treated,
        held_out=held_out,
        verdict=verdict_on(treated, held_out),
        replies=await _replies(shop, column, which),
        question=question,
        answers=answers,
    )


async def _source(shop: Shop, person: Person, name: str) -> tuple[str, int | str, str, Figures]:
    if name.isascii() and name.isdecimal() and len(name) <= LONGEST_NUMBER:
        found = await drafted_broadcast(int(name))
        if found is not None and (reach_of(shop, person) is None or is_own(person, found)):
            return "broadcast_id", int(name), REACHED, await figures_of(found)
        raise NothingSentByThatName(name=name)
    is_known = any(campaign.code == name for campaign in shop.rules.campaigns)
    if not is_known or reach_of(shop, person) is not None:
        raise NothingSentByThatName(name=name)
    return "campaign", name, TREATED, messages_counted(await count_messages(name))


async def _unreached(column: str, which: int | str, messages: Figures) -> int:
    """Of a campaign people, who may have missed several messages; a group send is one for each."""
    if column == "campaign":
        return (await people_without_channel([str(which)])).get(str(which), 0)
    return messages.reasons.get(Held.NO_CHANNEL, 0)


def is_own(person: Person, broadcast: dict[str, object]) -> bool:
    return broadcast["staff_id"] == person.staff_id


async def _answers(shop: Shop, column: str, name: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """The question and its answers in the order they are offered; nothing where nobody asks."""
    asked = question_of(shop, name) if column == "campaign" else None
    if asked is None:
        return "", ()
    counts = await count_answers(name)
    offered = dict.fromkeys(asked.answers, 0)
    return asked.question, tuple((offered | counts).items())


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
