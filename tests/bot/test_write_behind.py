"""Writing behind (后写): in batches, at the end too, and a database that is away loses nothing."""

import asyncio

import pytest

from bot.write_behind import WriteBehind


class Notes:
    def __init__(self, *outcomes: Exception | None) -> None:
        self.written = 0
        self.outcomes = list(outcomes)
        self.enough = asyncio.Event()

    async def flush(self) -> None:
        self.written += 1
        if self.outcomes and (error := self.outcomes.pop(0)) is not None:
            raise error
        if self.written >= 3:
            self.enough.set()


async def test_it_writes_again_and_again() -> None:
    notes = Notes()
    behind = WriteBehind(notes.flush, seconds=0)
    behind.start()
    await notes.enough.wait()
    await behind.close()
    assert notes.written >= 4


async def test_what_was_noted_last_is_written_at_the_end() -> None:
    notes = Notes()
    behind = WriteBehind(notes.flush, seconds=60)
    behind.start()
    await behind.close()
    assert notes.written >= 1


async def test_it_goes_on_after_an_outage(caplog: pytest.LogCaptureFixture) -> None:
    notes = Notes(ConnectionError("away"), ConnectionError("away"))
    behind = WriteBehind(notes.flush, seconds=0)
    behind.start()
    await notes.enough.wait()
    await behind.close()
    assert "not_written_behind" in caplog.text


async def test_one_that_never_began_still_writes_at_the_end() -> None:
    notes = Notes()
    await WriteBehind(notes.flush).close()
    assert notes.written == 1
