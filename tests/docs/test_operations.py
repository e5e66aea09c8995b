"""What the operations page tells to type into the database finds what it says."""

from services.shop import Shop
from storage.sql import rows
from tests.docs.pages import fences_of
from tests.services.refunding import refund
from tests.shop_parts import a_till


async def test_refunds_without_a_sale_are_found(shop: Shop) -> None:
    [query] = [fence.text for fence in fences_of("docs/operations.md") if fence.language == "sql"]
    await refund(shop, await a_till(shop), "F-1", amount_fen=3200)
    [found] = await rows(query.strip().rstrip(";"))
    assert found == {
        "code": "cd01-1",
        "refund_no": "F-1",
        "receipt_no": "R-1",
        "amount_fen": 3200,
    }
