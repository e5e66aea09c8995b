"""Personal rows (个人数据): no table that names a person is forgotten when one asks or leaves."""

import re

from tortoise import Tortoise

from services.shop import Shop
from storage.closing import ERASED
from storage.personal import NOT_TOLD, SECTIONS, rows_of
from storage.sealed_columns import SEALED_COLUMNS
from storage.sql import rows
from tests.storage.one_of_each import fill_every_table

NAMES_A_PERSON = re.compile(
    r"(.*_)?(member|follower)_id|openid|giver_id|taker_id|kept_id|merged_id|other_id"
    r"|merged_into|used_by|done_by"
)
TABLE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")


def tables_told() -> set[str]:
    sources = [f"FROM {section.source}" for section in SECTIONS]
    return {table for source in sources for table in TABLE.findall(source)}


async def test_every_table_that_names_a_person_is_told_or_says_why_not(shop: Shop) -> None:
    naming = {
        model._meta.db_table
        for model in Tortoise.apps["models"].values()
        for name, field in model._meta.fields_map.items()
        if NAMES_A_PERSON.fullmatch(field.source_field or name)
    }
    assert naming - tables_told() == set(NOT_TOLD)


async def test_every_section_is_a_question_both_databases_answer(shop: Shop) -> None:
    await fill_every_table(shop)
    await rows("UPDATE purchases SET member_id = 1, receipt_no = 'R-1'")
    await rows("UPDATE outbox SET openid = (SELECT MIN(openid) FROM followers)")
    await rows("UPDATE staff_actions SET member_id = 1")
    empty = [section.name for section in SECTIONS if not await rows_of(section, 1, 1)]
    # What happened to nobody in that small life; the question was answered all the same.
    assert set(empty) <= {"looks", "imports", "duplicates"}


def test_sealed_fields_of_people_are_told_and_erased() -> None:
    """Those of staff and tills are nobody's but the shop's."""
    personal = {
        (place.table, place.column)
        for place in SEALED_COLUMNS
        if place.table not in ("till_keys", "download_files")
    }
    told = {(section.table, column) for section in SECTIONS for column in section.sealed}
    # Pictures are told as files of their own.
    assert personal - told <= {("phone_codes", "phone_sealed"), ("ticket_pictures", "bytes_sealed")}
    erased = "\n".join(ERASED)
    for table, _ in personal - {("members", column) for _, column in personal}:
        assert f" {table} " in erased, table
