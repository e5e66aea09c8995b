"""导出: lists leave masked, marked, within reach, with an owner's yes, and three times a day."""

import csv
import io

import pytest

import services.people.exports
from loyalty.confirmations import AnotherPersonNeeded
from loyalty.person import Person
from loyalty.staff import Role
from services.counter.actions import NotYoursToConfirm, confirm_action
from services.details.keeping import change_detail
from services.loading import load_shop
from services.org.partners import PartnerUnknown, agree_to_partner
from services.org.staff import NotAllowed, NotYourStore
from services.people.closing import close_member
from services.people.downloads import take_file
from services.people.export_files import ExportGone, export_text
from services.people.exports import ExportTooLarge, NothingToExport, TooManyExports
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.exports import count_members, members_listed
from storage.sql import change, row, rows
from tests.services.posting import member_id_of
from tests.services.purses import Counter
from tests.services.staffing import a_staff, asked
from tests.shop_parts import MachineClock, a_member, a_report, a_till

PHONE, NAME = "13812345678", "王小明"


async def manager(shop: Shop) -> Person:
    return await a_staff(shop, "boss", Role.MANAGER)


async def owner(shop: Shop, name: str = "owner") -> Person:
    return await a_staff(shop, name, Role.OWNER, "")


async def a_customer(shop: Shop, name: str = "li") -> Person:
    """A member who bought something in cd01."""
    li = await a_member(shop, name)
    counter = Counter(shop, await a_till(shop), li)
    report = a_report(shop, f"R-{name}", member_code=await counter.code())
    await record_purchase(shop, counter.till, report)
    return li


async def approved(shop: Shop, asker: Person, by: Person, *words: str, key: str = "x1") -> int:
    """The list's number, asked for and said yes to."""
    proposal = await asked(shop, asker, "export", *words, key=key)
    await confirm_action(shop, by, proposal.code, key=f"{key}-yes")
    found = await row("SELECT MAX(id) AS id FROM member_exports")
    assert found is not None
    return int(found["id"])


async def lines_of(shop: Shop, export_id: int) -> list[list[str]]:
    text = await export_text(shop, export_id)
    token = text.rpartition("/d/")[2].split()[0]
    content = (await take_file(shop, token, "members.csv")).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


async def test_a_list_is_masked_and_every_line_says_who_took_it(shop: Shop) -> None:
    li = await a_customer(shop)
    await change_detail(shop, member_id_of(li), "phone", PHONE, key="d1")
    await change_detail(shop, member_id_of(li), "name", NAME, key="d2")
    lines = await lines_of(shop, await approved(shop, await manager(shop), await owner(shop)))
    assert lines[0][0].startswith("山茶咖啡会员名单，店长 ")
    assert len(lines) == 3
    assert lines[2][:5] == [str(li.member_no), "王*", "138****5678", "普通会员", "82"]
    assert lines[2][-1].startswith("店长 ")
    assert NAME not in str(lines)


async def test_an_owner_says_yes_and_nobody_else(shop: Shop) -> None:
    await a_customer(shop)
    asker = await manager(shop)
    proposal = await asked(shop, asker, "export")
    with pytest.raises(AnotherPersonNeeded):
        await confirm_action(shop, asker, proposal.code, key="own")
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(
            shop, await a_staff(shop, "second", Role.MANAGER), proposal.code, key="second"
        )
    assert await rows("SELECT 1 AS one FROM member_exports") == []
    await confirm_action(shop, await owner(shop), proposal.code, key="yes")
    assert len(await rows("SELECT 1 AS one FROM member_exports")) == 1


async def test_an_owner_needs_another_owner(shop: Shop) -> None:
    await a_customer(shop)
    first, second = await owner(shop), await owner(shop, "partner")
    assert await approved(shop, first, second)


@pytest.mark.parametrize("role", [Role.CLERK, Role.SUPPORT, Role.MARKETING, Role.AUDITOR])
async def test_others_export_nothing(shop: Shop, role: Role) -> None:
    chen = await a_staff(shop, "chen", role, "cd01" if role == Role.CLERK else "")
    with pytest.raises(NotAllowed):
        await asked(shop, chen, "export")


async def test_a_manager_takes_the_members_of_the_own_store_only(shop: Shop) -> None:
    await a_customer(shop)
    await a_member(shop, "wang")  # tied to no store yet
    asker = await manager(shop)
    with pytest.raises(NotYourStore):
        await asked(shop, asker, "export", "cd02")
    assert len(await lines_of(shop, await approved(shop, asker, await owner(shop)))) == 3


async def test_the_whole_brand_is_everybody_who_has_not_left(shop: Shop) -> None:
    await a_customer(shop)
    wang = await a_member(shop, "wang")
    await close_member(shop, await a_member(shop, "zhao"), shown_text="leaving", key="bye")
    lines = await lines_of(shop, await approved(shop, await owner(shop), await owner(shop, "2")))
    assert [line[0] for line in lines[2:]][-1] == wang.member_no
    assert len(lines) == 4


async def test_a_name_cannot_become_a_formula(shop: Shop) -> None:
    li = await a_customer(shop)
    await change_detail(shop, member_id_of(li), "name", "=王", key="d1")
    lines = await lines_of(shop, await approved(shop, await manager(shop), await owner(shop)))
    assert lines[2][1] == "'=*"


async def test_three_lists_a_day(shop: Shop, clock: MachineClock) -> None:
    await a_customer(shop)
    asker, boss = await manager(shop), await owner(shop)
    for number in range(3):
        await approved(shop, asker, boss, key=f"x{number}")
    with pytest.raises(TooManyExports):
        await asked(shop, asker, "export", key="x3")
    clock.pass_time(days=1)
    assert await approved(shop, asker, boss, key="x4")


async def test_the_day_s_limit_holds_when_it_is_said_yes_to(shop: Shop) -> None:
    await a_customer(shop)
    asker, boss = await manager(shop), await owner(shop)
    proposal = await asked(shop, asker, "export")
    counter = f"export:{asker.staff_id}:{shop.today()}"
    await change("INSERT INTO counters (name, used) VALUES ($1, 3)", counter)
    with pytest.raises(TooManyExports):
        await confirm_action(shop, boss, proposal.code, key="yes")
    assert await rows("SELECT 1 AS one FROM member_exports") == []


async def test_too_long_a_list_and_an_empty_one_are_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker = await manager(shop)
    with pytest.raises(NothingToExport):
        await asked(shop, asker, "export")
    await a_customer(shop)
    monkeypatch.setattr(services.people.exports, "LARGEST", 0)
    with pytest.raises(ExportTooLarge):
        await asked(shop, asker, "export")


async def test_the_link_goes_to_whoever_asked_and_is_the_same_again(shop: Shop) -> None:
    await a_customer(shop)
    asker = await manager(shop)
    export_id = await approved(shop, asker, await owner(shop))
    [queued] = await rows("SELECT openid FROM outbox WHERE key LIKE 'export:%'")
    assert queued["openid"] == asker.openid
    assert await export_text(shop, export_id) == await export_text(shop, export_id)
    assert len(await rows("SELECT 1 AS one FROM download_files")) == 1


async def test_who_was_stopped_meanwhile_gets_nothing(shop: Shop) -> None:
    await a_customer(shop)
    asker = await manager(shop)
    export_id = await approved(shop, asker, await owner(shop))
    await change("UPDATE staff SET state = 'stopped' WHERE id = $1", asker.staff_id)
    with pytest.raises(ExportGone):
        await export_text(shop, export_id)


async def test_the_trail_tells_who_took_how_many_and_who_said_yes(shop: Shop) -> None:
    await a_customer(shop)
    asker, boss = await manager(shop), await owner(shop)
    await approved(shop, asker, boss)
    [line] = await rows(
        "SELECT staff_id, approval, facts FROM audit_log WHERE what = 'member.export'"
    )
    assert (line["staff_id"], line["approval"]) == (asker.staff_id, boss.staff_id)
    assert '"members": 1' in line["facts"]


async def test_a_partner_gets_what_was_agreed_to_in_full_and_nothing_else(shop: Shop) -> None:
    li, wang = await a_customer(shop), await a_customer(shop, "wang")
    for person, name in ((li, NAME), (wang, "李四")):
        await change_detail(shop, member_id_of(person), "phone", PHONE, key=f"p{name}")
        await change_detail(shop, member_id_of(person), "name", name, key=f"n{name}")
    await agree_to_partner(shop, li, "bookstore", key="yes")
    boss, other = await owner(shop), await owner(shop, "2")
    lines = await lines_of(shop, await approved(shop, boss, other, "伙伴", "bookstore"))
    assert lines[0][0].startswith("山茶咖啡提供给言几又书店的会员信息")
    assert [line[:2] for line in lines[1:]] == [["称呼", "手机号"], [NAME, PHONE]]
    with pytest.raises(NotYourStore):
        await asked(shop, await manager(shop), "export", "伙伴", "bookstore", key="m")


async def test_a_partner_that_ended_before_the_list_was_made_gets_none(shop: Shop) -> None:
    li = await a_customer(shop)
    await agree_to_partner(shop, li, "bookstore", key="yes")
    boss, other = await owner(shop), await owner(shop, "2")
    export_id = await approved(shop, boss, other, "伙伴", "bookstore")
    partner = {**shop.rules.partners[0].as_data(), "ended": True}
    await load_shop(shop, {"partners": [partner]})
    await shop.rules.refresh()
    with pytest.raises(PartnerUnknown):
        await export_text(shop, export_id)


async def test_a_region_without_stores_has_no_list(shop: Shop) -> None:
    await a_customer(shop)
    assert await count_members(()) == 0
    assert await members_listed([], after=0, limit=10) == []
