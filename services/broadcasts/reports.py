"""What has come of a group send (群发结果): four ends and what is on the way are the audience."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from loyalty.broadcasts import Figures, State
from loyalty.person import Person
from loyalty.send_gate_values import Held
from services.broadcasts.drafts import seen_broadcast
from services.shop import Shop
from storage.broadcast_figures import batches_of, count_rows, people_are_kept
from storage.sql import Row

ENDED = {"sent", "failed", "unknown"}


@dataclass(frozen=True, slots=True)
class Report:
    """`platform` are the platform's own counts of calls for many, beside ours."""

    number: int
    state: State
    figures: Figures
    platform: dict[str, int]


async def report_of(shop: Shop, person: Person | None, number: int) -> Report:
    """Raises BroadcastUnknown."""
    broadcast = await seen_broadcast(shop, person, number)
    state = State(broadcast["state"])
    platform = _platform_counts(await batches_of(number))
    return Report(number, state, await figures_of(broadcast), platform)


async def figures_of(broadcast: Row) -> Figures:
    """Counted anew while the rows are there, since an unknown end may still become known."""
    if broadcast["figures"] is not None and not await people_are_kept(broadcast["id"]):
        return Figures.from_text(broadcast["figures"])
    return counted(await count_rows(broadcast["id"]))


def counted(found: Iterable[Row]) -> Figures:
    """Of a cancelled sending nothing is on the way but what a call is just made for."""
    ends, reasons = Counter[str](), Counter[str]()
    audience, queued, state = 0, 0, ""
    for line in found:
        number = int(line["n"])
        match line["what"]:
            case "state":
                state, audience = line["reason"], number
            case "queued" | "behind":
                queued += number
            case "no_account":
                reasons[Held.NO_ACCOUNT] += number
            case "suppressed":
                reasons[line["reason"] or ""] += number
            case what:
                ends[what] += number
    if state == State.CANCELLED and queued:
        reasons[Held.CANCELLED] += queued
        queued = 0
    return Figures(
        audience=audience,
        sent=ends["sent"],
        failed=ends["failed"],
        suppressed=sum(reasons.values()),
        unknown=ends["unknown"],
        on_the_way=queued + ends["sending"],
        reasons={str(name): number for name, number in reasons.items() if number},
    )


def messages_counted(found: Sequence[Row]) -> Figures:
    """Of messages that are no group send: they are their own audience."""
    return replace(counted(found), audience=sum(int(line["n"]) for line in found))


def _platform_counts(batches: Iterable[Row]) -> dict[str, int]:
    """By the platform's names: total, filter, sent, error."""
    counts = Counter[str]()
    for batch in batches:
        counts.update(json.loads(batch["counts"]) if batch["counts"] else {})
    return dict(counts)
