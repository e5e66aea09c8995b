"""我的数据: everything held about a person, as files that they alone can fetch, once.

Read from the tables themselves, so that what is told is what is there.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.csv_text import csv_file
from loyalty.person import Person
from loyalty.refusals import Refusal
from services.people.downloads import put_download
from services.shop import Shop
from services.tickets.pictures import pictures_as_files
from storage.counters import take_from_counter
from storage.downloads import is_download_made
from storage.instants import SHOP_ZONE, from_ms
from storage.people import lock_follower
from storage.personal import SECTIONS, Section, rows_of
from storage.sealing import unseal
from storage.sql import Row
from storage.transactions import transactional

A_DAY_MOST = 3
Line = dict[str, object]


class TooOftenToday(Refusal):
    wording = "rights/too_often"
    status = 429


@transactional
async def collect_my_data(shop: Shop, person: Person, *, key: str) -> str:
    """The link to the files; the same message again has the same link. Three times a day."""
    await lock_follower(person.follower_id)
    if not await is_download_made(key):
        counter = f"my-data:{person.follower_id}:{shop.today()}"
        if not await take_from_counter(counter, A_DAY_MOST):
            raise TooOftenToday(times=A_DAY_MOST)
    found = {section.name: await _told(shop, section, person) for section in SECTIONS}
    files = _files(shop, found) | await pictures_as_files(shop, person)
    return await put_download(shop, person.follower_id, files, key=key)


async def _told(shop: Shop, section: Section, person: Person) -> list[Line]:
    found = await rows_of(section, person.member_id, person.follower_id)
    return [_line(shop, section, row) for row in found]


def _line(shop: Shop, section: Section, row: Row) -> Line:
    values = {name: value for name, value in row.items() if not name.startswith("row_of_")}
    for name in section.sealed:
        values.pop(name)
        plain_name = name.removesuffix("_sealed")
        # Messages from before they were sealed stand in clear in the column of that name.
        values[plain_name] = _opened(shop, section, name, row) or values.get(plain_name)
    return {name: _as_told(section, name, value) for name, value in values.items()}


def _as_told(section: Section, name: str, value: Any) -> object:
    if name in section.json and value:
        return json.loads(value)
    if name.endswith("_at") and value is not None:
        return _instant_text(value)
    return value


def _opened(shop: Shop, section: Section, name: str, row: Row) -> str | None:
    if row[name] is None:
        return None
    place = row[f"row_of_{name}"]
    return unseal(shop.keys, row[name], table=section.table, column=name, row=place)


def _instant_text(milliseconds: int) -> str:
    return from_ms(milliseconds).astimezone(SHOP_ZONE).isoformat(timespec="seconds")


def _files(shop: Shop, found: Mapping[str, Sequence[Line]]) -> dict[str, bytes]:
    """All of it as JSON, and what is not empty as a table each."""
    whole = {
        "brand": shop.rules.brand_name,
        "made_at": shop.clock.local(shop.now()).isoformat(timespec="seconds"),
        "sections": {
            name: {"title": shop.phrase(f"rights/section_{name}", {}), "lines": lines}
            for name, lines in found.items()
        },
    }
    files = {"my-data.json": json.dumps(whole, ensure_ascii=False, indent=1).encode()}
    for name, lines in found.items():
        if lines:
            files[f"{name.replace('_', '-')}.csv"] = _table(lines)
    return files


def _table(lines: Sequence[Line]) -> bytes:
    names = list(lines[0])
    return csv_file([names, *([_cell(line[name]) for name in names] for line in lines)])


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value
