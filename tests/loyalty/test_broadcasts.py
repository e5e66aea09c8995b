"""Group sends (群发): a rehearsal counts each once, and figures are those of the audience."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from loyalty.broadcasts import (
    REHEARSAL_LIFE,
    Figures,
    Judged,
    Rehearsal,
    is_stale,
    rehearsed,
    without_the_lonely,
)
from loyalty.messages import Channel
from loyalty.send_gate_values import Drop, Go, Held, Wait

NOW = datetime(2027, 1, 11, 2, tzinfo=UTC)
TONIGHT = NOW + timedelta(hours=20)
SERVICE = Go(Channel.SERVICE, 1, "main", "o")
MASS = Go(Channel.MASS, 1, "main", "o")


def test_each_is_counted_once_wherever_a_chunk_ends() -> None:
    people = [
        Judged(1, SERVICE),
        Judged(2, MASS),
        Judged(3, Wait(NOW, Held.QUIET_HOURS)),
        Judged(4, Wait(TONIGHT, Held.CAP)),
        Judged(5, Drop(Held.NO_CONSENT)),
        Judged(6, None),
    ]
    whole = rehearsed(Rehearsal(), people, no_account=Held.NO_ACCOUNT)
    assert whole == Rehearsal(
        people=6,
        by_channel={"service": 1, "mass": 1},
        held_back={"no_consent": 1, "no_account": 1},
        waits={"quiet_hours": 1, "cap": 1},
        waits_until_ms=int(TONIGHT.timestamp() * 1000),
        mass={"main": 1},
        samples=(1, 2, 3),
    )
    for cut in range(len(people)):
        first = rehearsed(Rehearsal(), people[:cut], no_account=Held.NO_ACCOUNT)
        kept = Rehearsal.from_text(first.as_text())
        assert rehearsed(kept, people[cut:], no_account=Held.NO_ACCOUNT) == whole
    assert (whole.would_go, whole.quota) == (2, 1)


def test_samples_are_of_those_who_would_read_it() -> None:
    nobody = [Judged(number, Drop(Held.CAP)) for number in range(5)]
    assert rehearsed(Rehearsal(), nobody, no_account=Held.NO_ACCOUNT).samples == ()
    many = [Judged(number, SERVICE) for number in range(5)]
    assert rehearsed(Rehearsal(), many, no_account=Held.NO_ACCOUNT).samples == (0, 1, 2)


def test_who_would_be_the_only_one_of_a_call_for_many_is_held_back() -> None:
    found = rehearsed(Rehearsal(), [Judged(1, SERVICE), Judged(2, MASS)], no_account="no_account")
    assert without_the_lonely(found, []) == found
    told = without_the_lonely(found, ["main"])
    assert (told.by_channel, told.held_back) == ({"service": 1}, {"mass_needs_two": 1})
    two = rehearsed(found, [Judged(3, MASS)], no_account="no_account")
    assert without_the_lonely(two, ["main"]) == two
    alone = rehearsed(Rehearsal(), [Judged(2, MASS)], no_account="no_account")
    assert without_the_lonely(alone, ["main"]).samples == ()


def test_a_rehearsal_lives_half_an_hour() -> None:
    assert is_stale(None, NOW)
    assert not is_stale(NOW - REHEARSAL_LIFE, NOW)
    assert is_stale(NOW - REHEARSAL_LIFE - timedelta(milliseconds=1), NOW)


def test_figures_add_up_or_say_that_they_do_not() -> None:
    figures = Figures(10, sent=4, failed=1, suppressed=2, unknown=1, on_the_way=2)
    assert figures.adds_up
    for name in ("sent", "failed", "suppressed", "unknown", "on_the_way", "audience"):
        assert not replace(figures, **{name: getattr(figures, name) + 1}).adds_up
    assert Figures.from_text(figures.as_text()) == figures
