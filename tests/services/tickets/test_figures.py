"""工单统计 and the gauges: how soon who was answered, of what somebody may see and nothing else."""

from loyalty.service_figures import ServiceFigures
from loyalty.staff import Role
from services.shop import Shop
from services.tickets.figures import REPLY_BUCKETS_SECONDS, ticket_figures, ticket_gauges
from storage.sql import change
from tests.services.staffing import a_staff
from tests.services.ticketing import a_ticket, replied
from tests.shop_parts import MachineClock, a_member


async def test_figures_tell_first_replies_and_promises_by_kind_and_tier(
    shop: Shop, clock: MachineClock
) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    quick = await a_ticket(shop, li)
    slow = await a_ticket(shop, li, kind="human", key="t2")
    await a_ticket(shop, li, kind="feedback", anonymous=True, key="t3")
    clock.pass_time(minutes=20)
    await replied(shop, manager, quick)
    clock.pass_time(minutes=20)
    await replied(shop, manager, slow, key="r2")
    figures = await ticket_figures(shop, manager, days=30)
    assert figures.whole == ServiceFigures(3, 1200, 2400, 50)
    assert figures.kinds == {
        "complaint": ServiceFigures(1, 1200, 1200, 100),
        "human": ServiceFigures(1, 2400, 2400, 0),
        "feedback": ServiceFigures(1, None, None, None),
    }
    assert figures.tiers == {"普通会员": ServiceFigures(2, 1200, 2400, 50)}


async def test_figures_are_of_ones_own_reach_and_of_the_period(
    shop: Shop, clock: MachineClock
) -> None:
    other = await a_staff(shop, "other", Role.MANAGER, "cd02")
    manager = await a_staff(shop, "manager", Role.MANAGER)
    await a_ticket(shop, await a_member(shop))
    assert (await ticket_figures(shop, other, days=30)).whole.count == 0
    clock.pass_time(days=31)
    assert (await ticket_figures(shop, manager, days=30)).whole.count == 0
    assert (await ticket_figures(shop, manager, days=32)).whole.count == 1


async def test_a_tier_that_is_no_more_counts_as_the_highest(shop: Shop) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER)
    await a_ticket(shop, await a_member(shop))
    await change("UPDATE tickets SET tier_rank = 99")
    figures = await ticket_figures(shop, manager, days=1)
    assert list(figures.tiers) == [shop.rules.tiers[-1].name]


async def test_gauges_count_what_is_open_overdue_and_answered(
    shop: Shop, clock: MachineClock
) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    ticket = await a_ticket(shop, li)
    await a_ticket(shop, li, kind="feedback", key="t2")
    clock.pass_time(minutes=150)
    gauges = await ticket_gauges(shop)
    assert gauges.open == {"complaint": 1, "feedback": 1}
    assert gauges.overdue == {"complaint": 1, "feedback": 0}
    await replied(shop, manager, ticket)
    gauges = await ticket_gauges(shop)
    assert gauges.overdue["complaint"] == 0
    assert (gauges.replies["complaint"].count, gauges.replies["complaint"].total_seconds) == (
        1,
        9000,
    )
    within = dict(gauges.replies["complaint"].within_seconds)
    assert [within[bound] for bound in REPLY_BUCKETS_SECONDS] == [
        int(bound >= 9000) for bound in REPLY_BUCKETS_SECONDS
    ]
