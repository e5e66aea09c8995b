"""员工在柜台: which store and member a word is about, and what many hands at once cannot do."""

import asyncio

import pytest

from loyalty.confirmations import AnotherPersonNeeded, Told
from loyalty.member_codes import MemberCodeUsed
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Role
from services.counter.actions import (
    NothingToUndo,
    NotYoursToConfirm,
    confirm_action,
    propose_action,
)
from services.counter.own_till import counter_till
from services.counter.points import AdjustLimitReached
from services.custody.verify import verify_ledger
from services.org.staff import (
    MemberUnknown,
    NotAllowed,
    NotYourStore,
    StoreNeeded,
    StoreUnknown,
    counter_of,
    member_named,
    where_of,
)
from services.org.tills import till_of_code
from services.purchases.member_codes import show_code
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.sql import rows
from storage.transactions import transactional
from tests.services.staffing import a_staff, asked, done
from tests.shop_parts import MachineClock, a_follower, a_member, a_report, a_till, points_of

BRAND = "山茶咖啡"


async def count(table: str) -> int:
    (found,) = await rows(f"SELECT COUNT(*) AS n FROM {table}")
    return int(found["n"])


async def a_coupon() -> str:
    (found,) = await rows("SELECT code FROM coupons ORDER BY id LIMIT 1")
    return str(found["code"])


async def a_code(shop: Shop, member: Person) -> str:
    assert member.member_id is not None
    return (await show_code(shop, member.member_id)).code


async def test_a_clerk_acts_in_one_store_and_an_owner_names_one(shop: Shop) -> None:
    chen, boss = await a_staff(shop), await a_staff(shop, "boss", Role.OWNER, "")
    assert counter_of(shop, chen).place.store_name == "春熙路店"
    assert counter_of(shop, chen, "CD01") == counter_of(shop, chen)
    with pytest.raises(NotYourStore):
        counter_of(shop, chen, "cq01")
    with pytest.raises(StoreNeeded):
        counter_of(shop, boss)
    with pytest.raises(StoreUnknown):
        counter_of(shop, boss, "xx")
    assert counter_of(shop, boss, "cq01").place.store_name == "解放碑店"
    assert (where_of(shop, chen), where_of(shop, boss)) == ("春熙路店", BRAND)


async def test_a_member_is_known_by_number_or_by_the_code_of_this_minute(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    code = await a_code(shop, li)
    by_code, by_number = await member_named(shop, code), await member_named(shop, str(li.member_no))
    assert (by_code.id, by_code.by_code) == (li.member_id, True)
    assert (by_number.id, by_number.by_code) == (li.member_id, False)
    clock.pass_time(minutes=3)
    for text in (code, "80000026", "1"):
        with pytest.raises(Refusal):
            await member_named(shop, text)
    await rows("UPDATE members SET state = 'closed'")
    with pytest.raises(MemberUnknown):
        await member_named(shop, str(li.member_no))


async def test_a_code_that_has_paid_opens_no_card(shop: Shop) -> None:
    li, till = await a_member(shop), await a_till(shop)
    code = await a_code(shop, li)
    await record_purchase(shop, till, a_report(shop, member_code=code))
    with pytest.raises(MemberCodeUsed):
        await member_named(shop, code)
    assert (await member_named(shop, await a_code(shop, li))).id == li.member_id


async def test_a_counter_has_one_till_of_its_own_whose_key_nobody_was_told(shop: Shop) -> None:
    chen = await a_staff(shop)
    use = transactional(counter_till)
    tills = await asyncio.gather(*[use(shop, counter_of(shop, chen)) for _ in range(10)])
    assert len({(till.till_no, till.epoch, till.key) for till in tills}) == 1
    assert tills[0].code == "cd01-chat"
    assert await till_of_code(shop, "cd01-chat") == tills[0]
    assert tills[0].key not in str(await rows("SELECT key_sealed FROM till_keys")).encode()


async def test_a_till_made_by_hand_without_a_key_becomes_the_counter(shop: Shop) -> None:
    await rows(
        "INSERT INTO tills (code, store_id) SELECT 'cd01-chat', id FROM stores WHERE code = 'cd01'"
    )
    till = await transactional(counter_till)(shop, counter_of(shop, await a_staff(shop)))
    assert (till.code, till.store_name) == ("cd01-chat", "春熙路店")


async def test_two_clerks_with_one_coupon_redeem_it_once(shop: Shop) -> None:
    await a_member(shop)
    code = await a_coupon()
    clerks = [await a_staff(shop, f"clerk-{number}") for number in range(5)]
    shown = [
        await asked(shop, clerk, "redeem", code, key=f"ask-{number}")
        for number, clerk in enumerate(clerks)
    ]
    results = await asyncio.gather(
        *[
            confirm_action(shop, clerk, proposal.code, key=f"yes-{number}")
            for number, (clerk, proposal) in enumerate(zip(clerks, shown, strict=True))
        ],
        return_exceptions=True,
    )
    assert sum(isinstance(result, Told) for result in results) == 1
    assert sum(isinstance(result, Refusal) for result in results) == 4
    assert await count("coupon_uses") == await count("staff_actions") == 1
    assert await count("outbox") == 1


async def test_a_top_up_confirmed_ten_times_is_one(shop: Shop) -> None:
    li, chen = await a_member(shop), await a_staff(shop)
    code = (await asked(shop, chen, "top_up", await a_code(shop, li), "500")).code
    await asyncio.gather(*[confirm_action(shop, chen, code, key=f"m-{n % 3}") for n in range(10)])
    principal = "SELECT balance FROM ledger_accounts WHERE unit = 'principal' AND name = 'member'"
    assert await rows(principal) == [{"balance": 50000}]
    assert (await verify_ledger(shop)).complaints == ()


async def test_an_undo_confirmed_ten_times_is_one(shop: Shop) -> None:
    li, boss = await a_member(shop), await a_staff(shop, "boss", Role.OWNER, "")
    await done(shop, boss, "adjust", str(li.member_no), "100", "补", key="m1")
    code = (await asked(shop, boss, "undo", key="m2")).code
    await asyncio.gather(*[confirm_action(shop, boss, code, key=f"y-{n}") for n in range(10)])
    assert await points_of(shop, li) == 50
    with pytest.raises(NothingToUndo):
        await asked(shop, boss, "undo", key="m3")


async def test_an_act_asked_to_be_undone_twice_is_undone_once(
    shop: Shop, clock: MachineClock
) -> None:
    chen = await a_staff(shop)
    await done(shop, chen, "receipt", "10", key="m1")
    code = (await asked(shop, chen, "undo", key="m2")).code
    await rows("UPDATE staff_actions SET undone_at = 1")
    with pytest.raises(NothingToUndo):
        await confirm_action(shop, chen, code, key="m3")
    assert await count("refunds") == 0


async def test_a_refused_effect_leaves_the_confirmation_as_it_was(shop: Shop) -> None:
    li, boss = await a_member(shop), await a_staff(shop, "boss", Role.OWNER, "")
    code = (await asked(shop, boss, "adjust", str(li.member_no), "-51", "扣")).code
    for _ in range(2):
        with pytest.raises(Refusal):
            await confirm_action(shop, boss, code, key="m2")
    assert await rows("SELECT state, done_key FROM confirmations") == [
        {"state": "open", "done_key": None}
    ]
    assert await count("staff_actions") == 0
    assert await points_of(shop, li) == 50


async def test_two_second_persons_at_once_are_one(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    bosses = [await a_staff(shop, f"boss-{number}", Role.OWNER, "") for number in range(3)]
    code = (await asked(shop, manager, "adjust", str(li.member_no), "2000", "补")).code
    with pytest.raises(AnotherPersonNeeded):
        await confirm_action(shop, manager, code, key="m2")
    results = await asyncio.gather(
        *[
            confirm_action(shop, boss, code, key=f"boss-{number}")
            for number, boss in enumerate(bosses)
        ],
        return_exceptions=True,
    )
    assert sum(isinstance(result, Told) for result in results) == 1
    assert await points_of(shop, li) == 2050
    (acted,) = await rows("SELECT s.role FROM staff_actions a JOIN staff s ON s.id = a.staff_id")
    assert acted == {"role": "manager"}


@pytest.mark.parametrize(
    ("role", "store"), [(Role.CLERK, "cd01"), (Role.MANAGER, "cd02"), (Role.SUPPORT, "")]
)
async def test_a_second_person_needs_the_right_in_that_store(
    shop: Shop, role: Role, store: str
) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    other = await a_staff(shop, "other", role, store)
    code = (await asked(shop, manager, "adjust", str(li.member_no), "2000", "补")).code
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, other, code, key="m2")
    assert await points_of(shop, li) == 50


async def test_waiting_for_a_second_person_keeps_nobody_from_other_work(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    boss = await a_staff(shop, "boss", Role.OWNER, "")
    code = (await asked(shop, manager, "adjust", str(li.member_no), "2000", "补")).code
    await done(shop, manager, "receipt", "10", key="m2")
    await confirm_action(shop, boss, code, key="m3")
    assert await points_of(shop, li) == 2050


async def test_who_asked_and_is_staff_no_more_has_nothing_confirmed(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    boss = await a_staff(shop, "boss", Role.OWNER, "")
    code = (await asked(shop, manager, "adjust", str(li.member_no), "2000", "补")).code
    await rows("UPDATE staff SET state = 'stopped' WHERE role = 'manager'")
    with pytest.raises(Refusal):
        await confirm_action(shop, boss, code, key="m2")
    assert await points_of(shop, li) == 50


async def test_nobody_proposes_what_the_role_does_not_allow(shop: Shop) -> None:
    li, chen = await a_member(shop), await a_staff(shop)
    for person in (chen, await a_follower(shop, "stranger")):
        with pytest.raises(NotAllowed):
            await propose_action(shop, person, "adjust", (str(li.member_no), "9", "补"), key="m1")
    assert await count("confirmations") == 0


async def test_codes_of_others_are_not_to_be_guessed_for_long(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    boss = await a_staff(shop, "boss", Role.OWNER, "")
    code = (await asked(shop, manager, "adjust", str(li.member_no), "2000", "补")).code
    for number in range(20):
        with pytest.raises(Refusal):
            await confirm_action(shop, boss, "AAAAAA", key=f"try-{number}")
    with pytest.raises(Refusal):
        await confirm_action(shop, boss, code, key="m2")
    assert await points_of(shop, li) == 50


async def test_a_second_account_of_the_same_member_is_no_second_person(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    twin = await a_staff(shop, "twin", Role.OWNER, "")
    await rows("UPDATE followers SET unionid = 'u1' WHERE openid <> $1", li.openid)
    code = (await asked(shop, manager, "adjust", str(li.member_no), "2000", "补")).code
    with pytest.raises(AnotherPersonNeeded):
        await confirm_action(shop, twin, code, key="m2")
    assert await points_of(shop, li) == 50


async def test_who_asked_and_is_another_by_now_has_nothing_confirmed(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    boss = await a_staff(shop, "boss", Role.OWNER, "")
    code = (await asked(shop, manager, "adjust", str(li.member_no), "2000", "补")).code
    await a_staff(shop, "manager", Role.CLERK, "cd02")
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, boss, code, key="m2")
    assert await points_of(shop, li) == 50


async def test_small_adjustments_add_up_to_what_one_person_may_do_in_a_day(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    await done(shop, manager, "adjust", str(li.member_no), "700", "补", key="m1")
    assert not (
        await asked(shop, manager, "adjust", str(li.member_no), "300", "补", key="a")
    ).by_another
    assert (
        await asked(shop, manager, "adjust", str(li.member_no), "-301", "扣", key="b")
    ).by_another
    await done(shop, manager, "adjust", str(li.member_no), "300", "补", key="m2")
    assert await points_of(shop, li) == 1050


async def test_two_that_were_asked_before_either_was_confirmed_stay_within_the_day(
    shop: Shop,
) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    first = await asked(shop, manager, "adjust", str(li.member_no), "700", "补", key="m1")
    await rows(
        "INSERT INTO counters (name, used) VALUES ($1, 600)",
        f"adjust:{manager.staff_id}:{shop.today()}",
    )
    with pytest.raises(AdjustLimitReached):
        await confirm_action(shop, manager, first.code, key="m2")
    assert await points_of(shop, li) == 50


async def test_nobody_gives_points_to_oneself_alone(shop: Shop) -> None:
    await a_member(shop, "manager")
    manager = await a_staff(shop, "manager", Role.MANAGER)
    assert (await asked(shop, manager, "adjust", str(manager.member_no), "1", "补")).by_another
