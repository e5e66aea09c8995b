"""Orders of arrival (先后次序): whatever comes first, a purchase ends the same."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import permutations

import pytest

from loyalty.person import Person
from services.custody.verify import verify_ledger
from services.loading import load_shop
from services.org.tills import Till
from services.purchases.claim_steps import void_overdue
from services.purchases.claims import claim_receipt
from services.purchases.earning import credit_due_purchases
from services.purchases.refunds import record_refund
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.sql import rows
from tests.services.claiming import WELCOME
from tests.services.refunding import (
    CAKE_BACK,
    LATTE_BACK,
    PAID_FEN,
    Holding,
    a_basket,
    a_refund,
    holding_of,
)
from tests.shop_parts import MachineClock, a_follower, a_member, a_receipt, a_till, join


@pytest.fixture
async def till(shop: Shop) -> Till:
    # The days go by, and no day is to be better than another.
    shop.rules.point_boosts = ()
    return await a_till(shop)


@dataclass
class Story:
    """One receipt of one person, and everything that may happen to it, each once."""

    shop: Shop
    till: Till
    clock: MachineClock
    person: Person
    number: int

    def __post_init__(self) -> None:
        self.receipt = a_receipt(self.shop, self.till, self.number, yuan=99)
        self.report = a_basket(self.shop, f"R-{self.number}", receipt_seq=self.number)
        shop, receipt_no = self.shop, f"R-{self.number}"
        goods = [LATTE_BACK, CAKE_BACK]
        self.goods = a_refund(shop, f"A-{self.number}", lines=goods, receipt_no=receipt_no)
        self.money = a_refund(shop, f"B-{self.number}", amount_fen=333, receipt_no=receipt_no)

    async def sale(self) -> None:
        await record_purchase(self.shop, self.till, self.report)

    async def claim(self) -> None:
        await claim_receipt(self.shop, self.person, self.receipt)

    async def goods_back(self) -> None:
        await record_refund(self.shop, self.till, self.goods)

    async def money_back(self) -> None:
        await record_refund(self.shop, self.till, self.money)

    async def given_up(self) -> None:
        self.clock.pass_time(hours=73)
        await void_overdue(self.shop)

    async def week_over(self) -> None:
        self.clock.pass_time(days=8)
        await credit_due_purchases(self.shop)

    async def joining(self) -> None:
        await join(self.shop, self.person)
        self.person = await a_follower(self.shop, f"person-{self.number}")


LEFT_FEN = PAID_FEN - 3200 - 1650 - 333
AT_THE_END = Holding(WELCOME + LEFT_FEN // 100, 0, LEFT_FEN)


async def play(story: Story, events: Sequence[Callable[[Story], Awaitable[None]]]) -> Holding:
    for event in events:
        await event(story)
    return await holding_of(story.person)


async def test_sale_claim_refunds_and_giving_up_in_any_order(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    events = [Story.sale, Story.claim, Story.goods_back, Story.money_back, Story.given_up]
    for number, order in enumerate(permutations(events)):
        li = await a_member(shop, f"person-{number}")
        names = [event.__name__ for event in order]
        assert await play(Story(shop, till, clock, li, number), order) == AT_THE_END, names
    left = await rows("SELECT state, COUNT(*) AS n FROM refunds GROUP BY state")
    assert left == [{"state": "done", "n": 240}]
    assert (await verify_ledger(shop)).complaints == ()


async def test_sale_scan_joining_and_refunds_in_any_order(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    events = [Story.sale, Story.claim, Story.joining, Story.goods_back, Story.money_back]
    for number, order in enumerate(permutations(events)):
        follower = await a_follower(shop, f"person-{number}")
        names = [event.__name__ for event in order]
        assert await play(Story(shop, till, clock, follower, number), order) == AT_THE_END, names
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_return_period_changes_nothing_in_the_end(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await load_shop(shop, {"points": {"pending_days": 7, "pending_from_fen": 8000}})
    await shop.rules.refresh()
    shop.rules.point_boosts = ()
    events = [Story.sale, Story.claim, Story.goods_back, Story.money_back, Story.week_over]
    for number, order in enumerate(permutations(events)):
        li = await a_member(shop, f"person-{number}")
        names = [event.__name__ for event in order]
        story = Story(shop, till, clock, li, number)
        await play(story, order)
        await story.week_over()
        assert await holding_of(li) == AT_THE_END, names
    assert (await verify_ledger(shop)).complaints == ()
