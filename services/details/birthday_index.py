"""The index of birthdays (生日索引): keyed digests find a day's birthdays without telling them.

The sealed birthday stays the truth: whoever is found is looked at before anything is given.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial

from loyalty.birthdays import PURPOSE, names_on
from services.details.keeping import birthday_digest, unsealed
from services.each import each_of
from services.people.lunar import lunar_day
from services.shop import Shop
from storage.birthdays import put_birthday_index, without_birthday_index
from storage.sealing import blind_index
from storage.sql import Row
from storage.transactions import transactional

BATCH = 500


def indexes_of_day(shop: Shop, day: date, *, leap_day: str | None = None) -> Sequence[str]:
    """Of everybody whose birthday is kept on this day."""
    names = names_on(day, lunar_day(day), leap_day=leap_day)
    return [blind_index(shop.keys, PURPOSE, name) for name in names]


async def index_birthdays(shop: Shop) -> int:
    """Birthdays from before there was an index, or brought by an import; how many."""
    indexed, last_id = 0, 0
    while batch := await without_birthday_index(after=last_id, limit=BATCH):
        last_id = batch[-1]["id"]
        indexed += await each_of(batch, partial(_index_one, shop))
    return indexed


@transactional
async def _index_one(shop: Shop, member: Row) -> bool:
    sealed: bytes = member["birthday_sealed"]
    text = unsealed(shop, member["id"], "birthday", sealed)
    return await put_birthday_index(member["id"], birthday_digest(shop.keys, text), sealed=sealed)
