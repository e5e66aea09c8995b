"""逐条处理: a row that fails does not hold up the others."""

import pytest

from services.each import each_of
from storage.sql import Row


async def halve(line: Row) -> bool:
    if line["id"] % 2:
        raise ValueError(line["id"])
    return True


async def test_those_behind_one_that_fails_are_done(caplog: pytest.LogCaptureFixture) -> None:
    assert await each_of([{"id": number} for number in (2, 3, 4)], halve) == 2
    assert [record.message for record in caplog.records] == ["row_failed"]


async def test_when_nothing_works_it_is_not_about_one_of_them() -> None:
    with pytest.raises(ValueError, match="5"):
        await each_of([{"id": 3}, {"id": 5}], halve)


async def test_of_nothing_nothing_is_done() -> None:
    assert await each_of([], halve) == 0
