"""Staff at activities: within their stores, with the right, and with a code for calling one off."""

import pytest

from loyalty.activities import ActivityCancelled, ActivityUnknown
from loyalty.staff import NotAllowed, Role
from services.activities.desk import guest_list, outcome_of
from services.shop import Shop
from tests.services.activating import an_activity
from tests.services.staffing import a_staff, asked, done


async def test_of_other_stores_staff_know_nothing(shop: Shop) -> None:
    number = await an_activity(shop, stores=["cd02"])
    with pytest.raises(ActivityUnknown):
        await guest_list(shop, await a_staff(shop), number, key="list")
    there = await a_staff(shop, "there", store="cd02")
    assert (await guest_list(shop, there, number, key="list")).guests == ()


async def test_figures_are_for_those_in_charge(shop: Shop) -> None:
    number = await an_activity(shop)
    with pytest.raises(NotAllowed):
        await outcome_of(shop, await a_staff(shop), number)


async def test_a_manager_calls_off_what_is_the_own_stores_alone(shop: Shop) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER)
    everywhere = await an_activity(shop, "everywhere")
    with pytest.raises(ActivityUnknown):
        await asked(shop, manager, "cancel_activity", str(everywhere), "停电")
    own = await an_activity(shop, "own", stores=["cd01"])
    await done(shop, manager, "cancel_activity", str(own), "停电")
    with pytest.raises(ActivityCancelled):
        await asked(shop, manager, "cancel_activity", str(own), "停电", key="m2")
