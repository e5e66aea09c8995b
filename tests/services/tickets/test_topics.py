"""话题: what tickets are about is set in a word, and counted by store within sight."""

import pytest

from loyalty.staff import Role
from loyalty.ticket_topics import read_numbers, read_topic
from loyalty.tickets import TicketUnknown
from services.shop import Shop
from services.tickets.opening import Draft, open_ticket
from services.tickets.topics import TopicCount, TopicUnfit, repeated_topics, set_topic
from tests.services.staffing import a_staff
from tests.shop import full_width
from tests.shop_parts import MachineClock, a_follower


async def a_ticket(shop: Shop, key: str, *, store: int = 1) -> int:
    draft = Draft("feedback", "停车难", store_id=store)
    return (await open_ticket(shop, await a_follower(shop), draft, key=key)).id


async def test_a_topic_is_counted_by_store_the_most_frequent_first(shop: Shop) -> None:
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    numbers = [await a_ticket(shop, f"t{place}", store=1 + (place == 2)) for place in range(3)]
    for place, number in enumerate(numbers):
        await set_topic(shop, owner, number, "停车", key=f"s{place}")
    await set_topic(shop, owner, numbers[0], "停车", key="s0")
    first, second = await repeated_topics(shop, owner)
    assert first == TopicCount("停车", "春熙路店", 2, numbers[1])
    assert (second.count, second.newest) == (1, numbers[2])


async def test_a_manager_neither_sets_nor_counts_for_another_store(shop: Shop) -> None:
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    manager = await a_staff(shop, "manager", Role.MANAGER, "cd01")
    number = await a_ticket(shop, "t1", store=2)
    with pytest.raises(TicketUnknown):
        await set_topic(shop, manager, number, "停车", key="s1")
    await set_topic(shop, owner, number, "停车", key="s2")
    assert await repeated_topics(shop, manager) == []


async def test_what_is_older_than_three_months_repeats_no_more(
    shop: Shop, clock: MachineClock
) -> None:
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    await set_topic(shop, owner, await a_ticket(shop, "t1"), "停车", key="s1")
    clock.pass_time(days=91)
    assert await repeated_topics(shop, owner) == []


async def test_what_cannot_be_a_topic_is_refused(shop: Shop) -> None:
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    with pytest.raises(TopicUnfit):
        await set_topic(shop, owner, await a_ticket(shop, "t1"), "13812345678", key="s1")


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("停车", "停车"),
        (" WiFi ", "wifi"),
        (full_width("wifi"), "wifi"),
        ("3楼", "3楼"),
        ("", None),
        ("123", None),
        ("停 车", None),
        ("停车难" * 5, None),
        ("张三12345", None),
        ("<a>", None),
    ],
)
def test_topics_are_few_letters_and_no_long_number(text: str, topic: str | None) -> None:
    assert read_topic(text) == topic


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", [3]),
        ("3,5、8", [3, 5, 8]),
        ("3，3,", [3]),
        ("停车", None),
        ("3,停车", None),
        ("1" * 13, None),
        ("", None),
        ("-3", None),
    ],
)
def test_numbers_of_tickets_are_read_as_people_type_them(
    text: str, numbers: list[int] | None
) -> None:
    assert read_numbers(text) == numbers
