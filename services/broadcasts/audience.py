"""The audience of a group send (群发对象): kept with the draft as data, and asked again later."""

import json

from loyalty.audiences.filters import filter_from_data
from services.audiences.finding import Audience, people_of
from services.shop import Shop
from storage.sql import Part, Row


def audience_columns(audience: Audience) -> dict[str, str | None]:
    """As the draft keeps it: the filter as it was read, and the stores of whoever asked."""
    stores = audience.stores
    return {
        "audience": audience.name,
        "filter": json.dumps(audience.filter.as_data(), ensure_ascii=False),
        "stores": None if stores is None else json.dumps(sorted(stores)),
    }


def audience_in(broadcast: Row) -> Audience:
    wanted = filter_from_data(json.loads(broadcast["filter"]))
    return Audience(broadcast["audience"], wanted, stores_of(broadcast))


def stores_of(broadcast: Row) -> frozenset[int] | None:
    """None is the whole brand."""
    return None if broadcast["stores"] is None else frozenset(json.loads(broadcast["stores"]))


def people_in(shop: Shop, broadcast: Row) -> Part:
    """The condition on members that makes the audience, of this very moment."""
    return people_of(shop, audience_in(broadcast))
