"""Group sends (群发): their states, what a rehearsal counts, and figures that add up."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from loyalty.messages import Channel
from loyalty.refusals import Refusal
from loyalty.send_gate_values import Go, Held, Verdict, Wait

# A rehearsal (预演) is about people who change; it is shown anew before anybody says yes to it.
REHEARSAL_LIFE = timedelta(minutes=30)
# Of news of the day. What cannot leave by then is of no use any more.
USEFUL_FOR = timedelta(hours=24)
SAMPLES = 3


class State(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


OPEN = frozenset({State.DRAFT, State.WAITING})


class BroadcastUnknown(Refusal):
    """No such number, or not within this person's reach."""

    wording = "broadcast/unknown"


class NotNow(Refusal):
    """The state it is in does not allow that."""

    wording = "broadcast/not_now"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would come of a sending now: by channel, held back by reason, waiting until when."""

    people: int = 0
    by_channel: Mapping[str, int] = field(default_factory=dict)
    held_back: Mapping[str, int] = field(default_factory=dict)
    waits: Mapping[str, int] = field(default_factory=dict)
    waits_until_ms: int = 0
    # Of those by one call for many, how many each account tells.
    mass: Mapping[str, int] = field(default_factory=dict)
    # Members, by whom the filled text is shown.
    samples: tuple[int, ...] = ()

    @property
    def would_go(self) -> int:
        return sum(self.by_channel.values())

    @property
    def quota(self) -> int:
        """How many spend one of the month's mass messages."""
        return self.by_channel.get(Channel.MASS, 0)

    def as_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str | None) -> "Rehearsal":
        """None: nobody was counted yet."""
        data = json.loads(text) if text else {}
        return cls(**{**data, "samples": tuple(data.get("samples", ()))})


@dataclass(frozen=True, slots=True)
class Judged:
    """A member and what the gate says of a message to them; None: no account at all."""

    member_id: int
    verdict: Verdict | None


def rehearsed(before: Rehearsal, judged: Iterable[Judged], *, no_account: str) -> Rehearsal:
    """The rehearsal with these people counted as well."""
    people, by_channel = before.people, Counter(before.by_channel)
    held, waits = Counter(before.held_back), Counter(before.waits)
    until_ms, mass, samples = before.waits_until_ms, Counter(before.mass), list(before.samples)
    for one in judged:
        people += 1
        match one.verdict:
            case None:
                held[no_account] += 1
                continue
            case Go(channel=channel, account=account):
                by_channel[str(channel)] += 1
                mass[account] += channel is Channel.MASS
            case Wait(until=until, reason=reason):
                waits[str(reason)] += 1
                until_ms = max(until_ms, int(until.timestamp() * 1000))
            case drop:
                held[str(drop.reason)] += 1
                continue
        if len(samples) < SAMPLES:
            samples.append(one.member_id)
    return Rehearsal(
        people, dict(by_channel), dict(held), dict(waits), until_ms, dict(+mass), tuple(samples)
    )


def without_the_lonely(found: Rehearsal, needs_two: Iterable[str]) -> Rehearsal:
    """When all are counted: these accounts tell nobody by a call for many who would be the only
    one in it."""
    lonely = [account for account in needs_two if found.mass.get(account) == 1]
    if not lonely:
        return found
    gone = Counter({Channel.MASS.value: len(lonely)})
    by_channel = dict(Counter(found.by_channel) - gone)
    held = dict(Counter(found.held_back) + Counter({Held.MASS_NEEDS_TWO.value: len(lonely)}))
    samples = found.samples if by_channel or found.waits else ()
    return replace(found, by_channel=by_channel, held_back=held, samples=samples)


def is_stale(rehearsed_at: datetime | None, now: datetime) -> bool:
    return rehearsed_at is None or now - rehearsed_at > REHEARSAL_LIFE


@dataclass(frozen=True, slots=True)
class Figures:
    """What has come of a sending: with what is on the way they add up to the audience."""

    audience: int
    sent: int = 0
    failed: int = 0
    suppressed: int = 0
    unknown: int = 0
    on_the_way: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    def as_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> "Figures":
        return cls(**json.loads(text))

    @property
    def adds_up(self) -> bool:
        ended = self.sent + self.failed + self.suppressed + self.unknown
        return self.audience == ended + self.on_the_way
