"""Contacts (会员动作): written behind, spent, given back, and learnt from refusals."""

from datetime import timedelta

import pytest

from loyalty.contacts import ContactKind
from loyalty.messages import Channel
from loyalty.person import Person
from loyalty.send_gate import Go
from services.messages import contacts
from services.messages.contacts import flush_contacts, give_back, learn_refusal, note_contact, spend
from services.people.callers import unfollow
from services.shop import Shop
from storage.contacts import hold_one_more
from storage.sql import Row, rows
from storage.transactions import transactional
from tests.services.gating import CARE, OWED, result, talks
from tests.shop_parts import MachineClock, a_member


@pytest.fixture
async def li(shop: Shop) -> Person:
    return await a_member(shop)


def by_message(li: Person) -> Go:
    return Go(Channel.SERVICE, li.follower_id, "main", li.openid, contact=ContactKind.MESSAGE)


def by_subscription(li: Person) -> Go:
    return Go(Channel.SUBSCRIPTION, li.follower_id, "main", li.openid, template_id="T")


async def windows() -> list[Row]:
    return await rows("SELECT * FROM contacts ORDER BY kind")


async def left_over() -> list[int | None]:
    return [line["left_over"] for line in await windows()]


@transactional
async def spends(*goes: Go) -> None:
    await spend(goes)


@transactional
async def gives_back(shop: Shop, go: Go) -> None:
    await give_back(shop, [go])


@transactional
async def refused(shop: Shop, li: Person, mark: str, template_id: str | None = None) -> None:
    account, openid = li.account, li.openid
    await learn_refusal(shop, account=account, openid=openid, mark=mark, template_id=template_id)


@transactional
async def holds(shop: Shop, li: Person, template_id: str = "T") -> None:
    await hold_one_more(
        li.follower_id, "subscription", template_id, most=None, key="k", now=shop.now()
    )


async def held() -> list[int]:
    return [line["left_over"] for line in await rows("SELECT left_over FROM held_subscriptions")]


async def test_nothing_is_written_until_the_batch(shop: Shop, li: Person) -> None:
    note_contact(shop, li.follower_id, ContactKind.MESSAGE)
    assert await windows() == []
    assert await flush_contacts(shop) == 1
    assert await left_over() == [5]
    assert await flush_contacts(shop) == 0


async def test_of_two_messages_the_newer_opens_the_window(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await talks(shop, li)
    await spends(by_message(li))
    clock.pass_time(hours=1)
    await talks(shop, li)
    found = (await windows())[0]
    assert found["left_over"] == 5
    assert found["ends_at"] - found["at"] == 48 * 3_600_000


async def test_an_older_note_of_another_process_changes_nothing(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await talks(shop, li)
    await spends(by_message(li))
    shop.contact_notes[li.follower_id, ContactKind.MESSAGE] = shop.now() - timedelta(seconds=1)
    await flush_contacts(shop)
    assert await left_over() == [4]


async def test_each_kind_has_a_window_of_its_own(shop: Shop, li: Person) -> None:
    for kind in ContactKind:
        note_contact(shop, li.follower_id, kind)
    await flush_contacts(shop)
    found = {line["kind"]: line["left_over"] for line in await windows()}
    assert found == {"message": 5, "menu": 3, "follow": 3, "scan": 3, "pay": None, "enter": 2}


async def test_an_outage_loses_no_contact(
    shop: Shop, li: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> int:
        raise ConnectionError

    note_contact(shop, li.follower_id, ContactKind.MESSAGE)
    with monkeypatch.context() as broken:
        broken.setattr(contacts, "keep_contacts", away)
        with pytest.raises(ConnectionError):
            await flush_contacts(shop)
    assert await flush_contacts(shop) == 1


async def test_five_messages_and_no_sixth(shop: Shop, li: Person) -> None:
    await talks(shop, li)
    await spends(*[by_message(li)] * 5)
    assert await result(shop, li, CARE) == "no_channel"
    await spends(by_message(li))
    assert await left_over() == [0]


async def test_what_was_not_taken_is_given_back(shop: Shop, li: Person) -> None:
    await talks(shop, li)
    await spends(by_message(li))
    await gives_back(shop, by_message(li))
    assert await left_over() == [5]
    await gives_back(shop, by_message(li))
    assert await left_over() == [5]


async def test_a_subscription_is_spent_and_given_back(shop: Shop, li: Person) -> None:
    await holds(shop, li)
    await spends(by_subscription(li))
    assert await held() == [0]
    await gives_back(shop, by_subscription(li))
    assert await held() == [1]


async def test_a_window_that_the_platform_calls_closed_is_closed(shop: Shop, li: Person) -> None:
    await talks(shop, li)
    await refused(shop, li, "window_closed")
    assert await result(shop, li, CARE) == "no_channel"


async def test_an_allowance_that_is_used_up_comes_back_with_the_next_message(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await talks(shop, li)
    await refused(shop, li, "allowance_used")
    assert await left_over() == [0]
    clock.pass_time(minutes=1)
    await talks(shop, li)
    assert await result(shop, li, CARE) == "service"


async def test_a_refused_subscription_is_none_for_that_template(shop: Shop, li: Person) -> None:
    await holds(shop, li)
    await holds(shop, li, "other")
    await refused(shop, li, "notice_refused", "T")
    assert sorted(await held()) == [0, 1]


@pytest.mark.parametrize("mark", ["not_subscribed", "blacklisted", "window_closed"])
async def test_a_refusal_is_recorded_with_the_person(shop: Shop, li: Person, mark: str) -> None:
    await refused(shop, li, mark)
    found = await rows("SELECT refused_why, refused_at, follows FROM followers")
    assert found[0]["refused_why"] == mark
    assert found[0]["refused_at"] is not None
    assert found[0]["follows"]


async def test_whoever_leaves_is_written_to_no_more(shop: Shop, li: Person) -> None:
    await talks(shop, li)
    note_contact(shop, li.follower_id, ContactKind.MENU)
    await unfollow(shop, li, pushed_at=int(shop.now().timestamp()))
    assert shop.contact_notes == {}
    assert await result(shop, li, CARE) == "no_channel"
    assert await result(shop, li, OWED) == "no_channel"
