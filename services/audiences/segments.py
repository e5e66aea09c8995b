"""Saved audiences (人群): filters with a name, of the shop file and of staff."""

import json

from loyalty.audiences.filters import Filter, filter_from_data
from services.shop import Shop
from storage.segments import segments_in_force


async def saved_filters(shop: Shop) -> dict[str, Filter]:
    """All by name; what the shop file has is read from the rules, the rest in one read."""
    found = {
        line["name"]: filter_from_data(json.loads(line["data"]))
        for line in await segments_in_force()
    }
    return found | {terms.name: terms.wanted for terms in shop.rules.segments}
