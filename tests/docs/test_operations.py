"""What the operations page tells to type into the database finds what it says."""

import re

from services.jobs import begin, finish
from services.shop import Shop
from storage.sql import rows
from tests.docs.pages import fences_of
from tests.services.refunding import refund
from tests.shop_parts import a_till


async def test_refunds_without_a_sale_are_found(shop: Shop) -> None:
    await refund(shop, await a_till(shop), "F-1", amount_fen=3200)
    [found] = await rows(query_about("refunds"))
    assert found == {
        "code": "cd01-1",
        "refund_no": "F-1",
        "receipt_no": "R-1",
        "amount_fen": 3200,
    }


async def test_jobs_that_failed_or_were_left_out_are_found(shop: Shop) -> None:
    run = await begin(shop, "close_tickets", shop.now(), "worker")
    assert run is not None
    assert await rows(query_about("job_runs")) == []
    await finish(shop, run, state="failed", result="RuntimeError")
    [found] = await rows(query_about("job_runs"))
    assert (found["job"], found["result"]) == ("close_tickets", "RuntimeError")


def query_about(table: str) -> str:
    """The one the page has that reads this table first."""
    queries = [fence.text for fence in fences_of("docs/operations.md") if fence.language == "sql"]
    [query] = [text for text in queries if re.search(rf"FROM {table}\b", text)]
    return query.strip().rstrip(";")
