"""Import rows: numbers are judged by their beginnings exactly as they are one by one."""

import random
from datetime import date

import pytest

from services.details.readers import BadDetail, read_phone
from services.imports import rows as import_rows
from services.imports.rows import external_index
from services.shop import Shop

BEGINNINGS = [f"1{number:04d}" for number in range(0, 10_000, 7)] + ["17400", "17405", "17406"]


@pytest.mark.parametrize("seed", range(3))
def test_a_remembered_beginning_says_what_the_whole_number_would(seed: int) -> None:
    chance = random.Random(seed)
    for beginning in BEGINNINGS[seed::3]:
        number = beginning + "".join(chance.choices("0123456789", k=6))
        assert told_by(import_rows.phone_of, number) == told_by(one_by_one, number), number


def one_by_one(text: str) -> str:
    return read_phone(text, date.max)


def told_by(read: object, number: str) -> str:
    assert callable(read)
    try:
        return str(read(number))
    except BadDetail as bad:
        return bad.wording


async def test_an_old_number_is_found_again_and_read_by_nobody(shop: Shop) -> None:
    found = external_index(shop, 1, "13800138000")
    assert found == external_index(shop, 1, "13800138000")
    assert found != external_index(shop, 2, "13800138000")
    assert len(found) == import_rows.INDEX_DIGITS
    assert "13800138000" not in found
