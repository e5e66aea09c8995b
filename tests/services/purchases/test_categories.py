"""Purchases by category (品类消费): kept with the purchase, less what comes back."""

from dataclasses import replace

import pytest

from loyalty.refunds import Returned, Sale, SaleLine
from services.org.tills import Till
from services.purchases.categories import category_amounts, read_categories
from services.purchases.refunds import RefundReport, record_refund
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.sql import change, rows
from tests.services.refunding import CAKE, CAKE_BACK, LATTE, PAID_FEN
from tests.shop_parts import a_report

BASKET = {"coffee": 6400, "bakery": 1650}


async def kept() -> dict[str, int]:
    found = await rows("SELECT category, amount_fen FROM purchase_categories")
    return {line["category"]: line["amount_fen"] for line in found}


@pytest.fixture
async def sold_shop(shop: Shop, till: Till) -> Shop:
    report = replace(a_report(shop), lines=[LATTE, CAKE], paid_fen=PAID_FEN)
    await record_purchase(shop, till, report)
    return shop


async def refund(shop: Shop, till: Till, number: str, **facts: object) -> None:
    report = {"amount_fen": None, "lines": None, **facts}
    await record_refund(
        shop,
        till,
        RefundReport(number, "R-1", refunded_at=shop.now(), fingerprint=number, **report),  # type: ignore[arg-type]
    )


async def test_each_category_has_what_was_paid_for_it(sold_shop: Shop) -> None:
    assert await kept() == BASKET


async def test_goods_that_come_back_are_taken_off_theirs(sold_shop: Shop, till: Till) -> None:
    await refund(sold_shop, till, "F-1", lines=[CAKE_BACK])
    assert await kept() == {"coffee": 6400, "bakery": 0}


async def test_money_of_the_whole_comes_off_all_of_them(sold_shop: Shop, till: Till) -> None:
    await refund(sold_shop, till, "F-1", amount_fen=PAID_FEN // 2)
    assert await kept() == {"coffee": 3200, "bakery": 825}
    await refund(sold_shop, till, "F-2", amount_fen=PAID_FEN // 2)
    assert await kept() == {"coffee": 0, "bakery": 0}


async def test_purchases_from_before_are_read_once(sold_shop: Shop, till: Till) -> None:
    await refund(sold_shop, till, "F-1", lines=[CAKE_BACK])
    await change("DELETE FROM purchase_categories")
    assert await read_categories(sold_shop) == 1
    assert await kept() == {"coffee": 6400, "bakery": 0}
    assert await read_categories(sold_shop) == 0


async def test_what_is_known_already_is_not_read_anew(sold_shop: Shop) -> None:
    await change("UPDATE purchase_categories SET amount_fen = 1")
    await read_categories(sold_shop)
    assert set((await kept()).values()) == {1}


def test_goods_without_a_category_are_in_none() -> None:
    lines = (SaleLine("a", "", 1, 100), SaleLine("b", "tea", 1, 100), SaleLine("c", "tea", 1, 50))
    assert category_amounts(Sale(250, lines)) == {"tea": 150}
    assert category_amounts(Sale(250, lines), Returned(125)) == {"tea": 75}
