"""今日生日: whom of their members staff may congratulate today, by surname and store only."""

from dataclasses import dataclass

from loyalty.people import mask_name
from loyalty.person import Person
from services.custody.auditing import Act, audit
from services.details.birthday_index import indexes_of_day
from services.details.keeping import unsealed
from services.org.staff import Right, allow, reach_of
from services.shop import Shop
from storage.birthdays import born_within
from storage.sql import Row
from storage.transactions import transactional

# So that the list fits into one message.
MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Celebrant:
    """Either may be empty: who told no name, and who belongs to no store."""

    name_masked: str
    store_name: str


@dataclass(frozen=True, slots=True)
class BirthdaysToday:
    celebrants: tuple[Celebrant, ...]
    total: int


@transactional
async def birthdays_today(shop: Shop, person: Person, *, key: str) -> BirthdaysToday:
    """Of members within reach, solar and lunar; that each was looked at is kept."""
    allow(person, Right.LOOK_UP)
    indexes = indexes_of_day(shop, shop.today())
    found = await born_within(indexes, reach_of(shop, person), limit=MOST_SHOWN)
    celebrants = tuple(_celebrant(shop, line) for line in found)
    for line in found:
        look = Act("member.view", line["id"], subject="birthdays")
        await audit(shop, person, look, key=f"{key}:{line['id']}")
    return BirthdaysToday(celebrants, found[0]["total"] if found else 0)


def _celebrant(shop: Shop, line: Row) -> Celebrant:
    sealed, store_id = line["name_sealed"], line["home_store_id"]
    name = unsealed(shop, line["id"], "name", sealed) if sealed is not None else ""
    store = shop.rules.places[store_id].store_name if store_id is not None else ""
    return Celebrant(mask_name(name), store)
