"""Tags of mass sends (群发标签): one call of an account at a time, and each tag given back."""

import pytest

from services.mass.gathering import take_mass_call
from services.mass.results import (
    SAME_CALL_AGAIN,
    mass_call_refused,
    mass_call_taken,
    mass_call_unanswered,
)
from services.mass.tags import TAG_LIFE, forget_mass_tag, keep_mass_tag, tags_to_give_back
from services.messages.outbox import take_due_messages
from services.shop import Shop
from storage.sql import change
from tests.services.mass_sending import MANY, a_sending, gathered
from tests.shop_parts import MachineClock


@pytest.fixture(autouse=True)
def _subscription(shop: Shop) -> None:
    object.__setattr__(shop, "account_kinds", {"main": "subscription"})


async def two_lots(shop: Shop) -> None:
    """Half of the people are due five seconds after the others."""
    await a_sending(shop)
    await take_due_messages(shop, "worker", 1000)
    soon = int(shop.now().timestamp() * 1000) + 5000
    await change("UPDATE outbox SET wait_until = $1 WHERE id % 2 = 0", soon)


async def test_two_calls_of_one_account_do_not_tag_people_at_once(
    shop: Shop, clock: MachineClock
) -> None:
    await two_lots(shop)
    first = await take_mass_call(shop, "worker")
    assert first is not None
    clock.pass_time(seconds=6)
    assert await take_mass_call(shop, "other") is None
    await mass_call_taken(shop, "worker", first, "1")
    second = await take_mass_call(shop, "other")
    assert second is not None
    assert len(first.openids) + len(second.openids) == MANY


async def test_a_tag_may_have_one_alone(shop: Shop) -> None:
    call = await gathered(shop, 1)
    assert len(call.openids) == 1


async def test_a_call_that_waits_holds_up_no_other(shop: Shop, clock: MachineClock) -> None:
    await two_lots(shop)
    first = await take_mass_call(shop, "worker")
    assert first is not None
    await mass_call_unanswered(shop, "worker", first, "timeout")
    clock.pass_time(seconds=6)
    assert await take_mass_call(shop, "other") is not None


async def test_of_two_lost_calls_the_second_is_made_when_the_first_is_over(
    shop: Shop, clock: MachineClock
) -> None:
    await two_lots(shop)
    first = await take_mass_call(shop, "dead")
    assert first is not None
    await mass_call_unanswered(shop, "dead", first, "timeout")
    clock.pass_time(seconds=6)
    second = await take_mass_call(shop, "dead")
    clock.pass_time(seconds=SAME_CALL_AGAIN.total_seconds())
    one, none = [await take_mass_call(shop, name) for name in ("one", "another")]
    assert second is not None
    assert one is not None
    assert (one.id, none) == (first.id, None)
    await mass_call_taken(shop, "one", one, "1")
    other = await take_mass_call(shop, "another")
    assert other is not None
    assert other.id == second.id


async def test_a_tag_is_given_back_when_its_call_is_long_over(
    shop: Shop, clock: MachineClock
) -> None:
    call = await gathered(shop)
    row_id = await keep_mass_tag(shop, call.id, "main", 101)
    await mass_call_taken(shop, "worker", call, "1")
    assert await tags_to_give_back(shop, "main") == {}
    clock.pass_time(seconds=TAG_LIFE.total_seconds() + 1)
    assert await tags_to_give_back(shop, "main") == {row_id: 101}
    assert await tags_to_give_back(shop, "other") == {}
    await forget_mass_tag(row_id)
    assert await tags_to_give_back(shop, "main") == {}


async def test_the_tag_of_a_refused_call_is_given_back_with_the_next(
    shop: Shop, clock: MachineClock
) -> None:
    call = await gathered(shop)
    row_id = await keep_mass_tag(shop, call.id, "main", 101)
    await mass_call_refused(shop, "worker", call, "42010", wait_until=shop.now())
    clock.pass_time(seconds=1)
    await take_due_messages(shop, "worker", 1000)
    second = await take_mass_call(shop, "worker")
    assert second is not None
    assert (second.worn_tags, second.id == call.id) == ({row_id: 101}, False)
