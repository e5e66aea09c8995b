"""Checks of audiences (人群检查): names that nothing has are refused when the file is loaded."""

from dataclasses import replace
from datetime import date

from loyalty.refusals import Refusal
from loyalty.shop_file.reading import ShopFile
from loyalty.shop_file.table import ShopFileFault, ShopFileFaults
from services.audiences.finding import read_audience
from services.rules import RulesBook
from services.shop import Shop


async def check_audiences(shop: Shop, shop_file: ShopFile) -> None:
    """Raises ShopFileFaults with all of them. A helper for whoever has just written the file."""
    filters = _filters_of(shop_file, shop.today())
    if not filters:
        return
    book = RulesBook(shop.clock)
    await book.refresh()
    after, faults = replace(shop, rules=book), list[ShopFileFault]()
    for place, text in filters.items():
        try:
            await read_audience(after, None, text)
        except Refusal as refusal:
            problem = f"asks for what is not there ({shop.phrase(refusal.wording, refusal.facts)})"
            faults.append(ShopFileFault(place, problem, "write a name or code of this shop"))
    if faults:
        raise ShopFileFaults(faults)


def _filters_of(shop_file: ShopFile, today: date) -> dict[str, str]:
    """Every filter that is to hold, by its place in the file."""
    segments = {
        f"segments[{index}].filter": terms.filter
        for index, terms in enumerate(shop_file.segments)
        if not terms.ended
    }
    tags = {
        f"tags[{index}].when": terms.when
        for index, terms in enumerate(shop_file.tags)
        if not terms.ended
    }
    activities = {
        f"activities[{index}].audience": terms.audience
        for index, terms in enumerate(shop_file.activities)
        if terms.audience is not None and terms.until.date() >= today
    }
    return segments | tags | activities
