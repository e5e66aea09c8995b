"""我的数据: everything that is held, in full for the person, and nothing of anybody else."""

import json
from typing import Any

import pytest

from loyalty.person import Person
from loyalty.staff import Role
from services.custody.auditing import SYSTEM, Act, audit_alone
from services.details.keeping import change_detail
from services.messages.outbox import queue_replies
from services.people.downloads import find_download, take_file
from services.people.my_data import TooOftenToday, collect_my_data
from services.shop import Shop
from services.tickets.opening import Draft, open_ticket
from storage.sql import change, rows
from tests.services.merging import merge
from tests.services.posting import member_id_of
from tests.services.purses import a_card
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock, a_follower, a_member

PHONE, NAME = "13812345678", "王小明"


async def token_of(shop: Shop, person: Person, *, key: str = "m1") -> str:
    return (await collect_my_data(shop, person, key=key)).rpartition("/")[2]


async def data_of(shop: Shop, person: Person, *, key: str = "m1") -> dict[str, Any]:
    content = await take_file(shop, await token_of(shop, person, key=key), "my-data.json")
    sections: dict[str, Any] = json.loads(content)["sections"]
    return {name: section["lines"] for name, section in sections.items()}


async def test_details_are_told_in_full(shop: Shop) -> None:
    li = await a_member(shop)
    await change_detail(shop, member_id_of(li), "phone", PHONE, key="d1")
    await change_detail(shop, member_id_of(li), "name", NAME, key="d2")
    await change_detail(shop, member_id_of(li), "address", "科华路1号", key="d3")
    told = await data_of(shop, li)
    assert (told["member"][0]["phone"], told["member"][0]["name"]) == ("+86" + PHONE, NAME)
    assert told["details"][0]["value"] == "科华路1号"
    assert [line["openid"] for line in told["accounts"]] == [li.openid]


async def test_money_points_and_consents_are_told_with_their_texts(shop: Shop) -> None:
    card = await a_card(shop)
    await card.pay(1_000)
    told = await data_of(shop, card.person)
    assert [line["paid_fen"] for line in told["topups"]] == [3_000]
    assert [line["captured_fen"] for line in told["payments"]] == [1_000]
    assert sum(line["amount"] for line in told["ledger"] if line["unit"] == "points") == 50
    assert {line["text"] for line in told["consents"]} == {"terms"}


async def test_tickets_are_told_with_their_words(shop: Shop) -> None:
    li = await a_member(shop)
    await open_ticket(shop, li, Draft("complaint", "咖啡是冷的"), key="t1")
    told = await data_of(shop, li)
    assert [line["text"] for line in told["ticket_messages"]] == ["咖啡是冷的"]


async def test_messages_are_told_with_their_words_also_those_from_before_they_were_sealed(
    shop: Shop,
) -> None:
    li = await a_member(shop)
    for number, text in enumerate(("旧的", "新的")):
        contents = [{"kind": "text", "value": text}]
        await queue_replies(
            shop, account=li.account, openid=li.openid, key=str(number), contents=contents
        )
    before = '{"kind": "text", "value": "旧的"}'
    statement = "UPDATE outbox SET content = $1, content_sealed = NULL WHERE key = 'reply:0:0'"
    await change(statement, before)
    told = await data_of(shop, li)
    assert [line["content"]["value"] for line in told["messages"]] == ["旧的", "新的"]


async def test_what_was_written_down_before_a_merge_is_told(shop: Shop) -> None:
    kept, merged = await a_member(shop, "kept"), await a_member(shop, "merged")
    await change_detail(shop, member_id_of(merged), "phone", PHONE, key="d1")
    await audit_alone(shop, SYSTEM, Act("member.view", member_id_of(merged)), key="look")
    await merge(shop, kept, merged)
    told = await data_of(shop, kept)
    assert [line["what"] for line in told["looks"]] == ["member.view"]
    assert "phone" in {line["name"] for line in told["detail_changes"]}
    assert sum(line["amount"] for line in told["ledger"] if line["unit"] == "points") == 100


async def test_who_is_no_member_sees_what_is_held_of_a_follower(shop: Shop) -> None:
    told = await data_of(shop, await a_follower(shop))
    assert len(told["accounts"]) == 1
    assert told["member"] == told["ledger"] == told["consents"] == []


async def test_nothing_of_anybody_else_is_told(shop: Shop) -> None:
    li, wang = await a_member(shop), await a_member(shop, "wang")
    await change_detail(shop, member_id_of(wang), "name", NAME, key="d1")
    await open_ticket(shop, wang, Draft("complaint", "只有小王知道"), key="t1")
    token = await token_of(shop, li)
    names = [name for name, _ in (await find_download(shop, token)).files]
    whole = b"".join([await take_file(shop, token, name) for name in names]).decode()
    for secret in (NAME, "只有小王知道", wang.openid, str(wang.member_no)):
        assert secret not in whole


async def test_staff_do_not_take_home_what_they_were_told_of_members(shop: Shop) -> None:
    chen = await a_staff(shop, role=Role.OWNER, store="")
    li = await a_member(shop)
    await open_ticket(shop, li, Draft("feedback", "给店长看的"), key="t1")
    told = await data_of(shop, chen)
    assert told["messages"]
    assert {line["content"] for line in told["messages"]} == {None}


async def test_a_table_has_a_file_of_its_own_where_anything_is_held(shop: Shop) -> None:
    token = await token_of(shop, await a_member(shop))
    names = [name for name, _ in (await find_download(shop, token)).files]
    assert names[0] == "my-data.json"
    assert {"member.csv", "consents.csv", "ledger.csv", "coupons.csv"} <= set(names)
    assert "topups.csv" not in names


async def test_three_times_a_day_and_the_same_message_counts_once(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    links = {await collect_my_data(shop, li, key=key) for key in ("1", "2", "3", "3", "1")}
    assert len(links) == 3
    with pytest.raises(TooOftenToday):
        await collect_my_data(shop, li, key="4")
    clock.pass_time(days=1)
    assert await collect_my_data(shop, li, key="4")


async def test_asking_changes_nothing_but_the_download(shop: Shop) -> None:
    li = await a_member(shop)
    before = await rows("SELECT * FROM members")
    await collect_my_data(shop, li, key="m1")
    assert await rows("SELECT * FROM members") == before
    assert await rows("SELECT used FROM counters WHERE name LIKE 'my-data:%'") == [{"used": 1}]
