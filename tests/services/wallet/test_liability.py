"""Liability (储值负债): what is owed by issuing store, and what stores settle with each other."""

from services.shop import Shop
from services.wallet.liability import liability
from tests.services.purses import Counter, a_counter, a_purchase
from tests.shop_parts import a_till


async def test_what_is_left_is_owed_by_the_store_that_sold_it(shop: Shop) -> None:
    counter = await a_counter(shop)
    await counter.top_up(3_000, 1_000)
    await counter.pay(400)
    owed = await liability(shop)
    assert (owed.principal_fen, owed.bonus_fen) == (2_700, 900)
    assert set(owed.stores) == {"cd01"}
    store = owed.stores["cd01"]
    assert (store.sold_principal_fen, store.served_principal_fen) == (3_000, 300)
    assert store.settles_fen == 0


async def test_a_store_passes_on_what_others_served(shop: Shop) -> None:
    here = await a_counter(shop)
    other_store = next(place.store for place in shop.rules.places.values() if place.store != "cd01")
    there = Counter(shop, await a_till(shop, f"{other_store}-1"), here.person)
    await here.top_up(3_000, 1_000)
    await there.pay(800, receipt_no="R")
    await there.gives_back(await a_purchase(there, "R", 800), 400, key="back")
    await here.refund_card()
    stores = (await liability(shop)).stores
    assert stores["cd01"].paid_out_principal_fen == 2_700
    assert (stores["cd01"].settles_fen, stores[other_store].settles_fen) == (300, -300)


async def test_bonus_that_came_back_late_belongs_to_no_store(shop: Shop) -> None:
    assert (await liability(shop)).as_data() == {"principal_fen": 0, "bonus_fen": 0, "stores": {}}
