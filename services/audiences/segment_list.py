"""The list of saved audiences (人群清单), of the shop file and of staff."""

from dataclasses import dataclass

from loyalty.person import Person
from loyalty.staff import Right
from services.org.staff import allow
from services.shop import Shop
from storage.segments import segments_in_force


@dataclass(frozen=True, slots=True)
class SavedAudience:
    """`staff_id`: who saved it; None for the shop file."""

    name: str
    text: str
    staff_id: int | None


async def saved_audiences(shop: Shop, person: Person) -> list[SavedAudience]:
    allow(person, Right.AUDIENCE)
    of_file = [SavedAudience(terms.name, terms.filter, None) for terms in shop.rules.segments]
    names = {saved.name for saved in of_file}
    of_staff = [
        SavedAudience(line["name"], line["text"], line["staff_id"])
        for line in await segments_in_force()
        if line["name"] not in names
    ]
    return of_staff + of_file
