"""The rehearsal (预演): everybody judged, nobody written to, and kept for half an hour."""

from datetime import timedelta

import pytest

import services.broadcasts.rehearsals
from loyalty.broadcasts import Rehearsal
from loyalty.person import Person
from loyalty.staff import Role
from services.broadcasts.drafts import (
    NobodyThere,
    aim_at,
    broadcast_there,
    draft_broadcast,
    kept_content,
    list_broadcasts,
    try_on_oneself,
    typed_content,
)
from services.broadcasts.rehearsals import (
    rehearsal_of,
    rehearse,
    rehearse_chunk,
    rehearse_to_the_end,
    start_rehearsal,
)
from services.broadcasts.words import rehearsal_text
from services.shop import Shop
from storage.sql import change, rows
from tests.outbox import outbox_rows
from tests.services.broadcasting import a_crowd, a_draft, say_of_crowd, two_people, worked
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock


@pytest.fixture
async def writer(shop: Shop) -> Person:
    writer, _ = await two_people(shop)
    return writer


async def rehearsed(shop: Shop, number: int) -> Rehearsal:
    found = rehearsal_of(shop, await broadcast_there(number))
    assert found is not None
    return found


async def test_who_would_be_written_to_and_who_not_and_why(shop: Shop, writer: Person) -> None:
    await a_crowd(shop, 12)
    await say_of_crowd(shop, given=False, key="stop", who="crowd-1_")
    await change(
        "UPDATE contacts SET ends_at = 0 WHERE follower_id IN"
        " (SELECT id FROM followers WHERE openid = 'crowd-2')"
    )
    await change("UPDATE followers SET member_id = NULL WHERE openid = 'crowd-4'")
    found = await rehearsed(shop, await a_draft(shop, writer))
    assert found.people == 12
    assert found.by_channel == {"service": 7}
    assert found.held_back == {"no_consent": 3, "no_account": 1, "mass_needs_two": 1}
    assert (found.would_go, found.quota) == (7, 0)
    assert await rows("SELECT 1 AS one FROM outbox WHERE broadcast_id IS NOT NULL") == []


async def test_what_differs_for_each_cannot_be_one_call_for_many(
    shop: Shop, writer: Person
) -> None:
    await a_crowd(shop, 2)
    await change("UPDATE contacts SET ends_at = 0")
    alike = await rehearsed(shop, await a_draft(shop, writer, text="大家好"))
    own = await rehearsed(shop, await a_draft(shop, writer, text="{称呼}好"))
    assert alike.by_channel == {"mass": 2}
    assert own.held_back == {"no_channel": 2}


async def test_a_list_of_one_is_held_back_where_a_tag_of_one_is_not(
    shop: Shop, writer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in the end, wherever the chunks end."""
    monkeypatch.setattr(services.broadcasts.rehearsals, "CHUNK", 1)
    await a_crowd(shop, 2)
    await change(
        "UPDATE contacts SET ends_at = 0 WHERE follower_id = (SELECT MIN(f.id)"
        " FROM followers f WHERE f.openid LIKE 'crowd-%')"
    )
    named = await rehearsed(shop, await a_draft(shop, writer))
    assert (named.by_channel, named.held_back) == ({"service": 1}, {"mass_needs_two": 1})
    object.__setattr__(shop, "account_kinds", {"main": "subscription"})
    tagged = await rehearsed(shop, await a_draft(shop, writer))
    assert (tagged.by_channel, tagged.held_back) == ({"service": 1, "mass": 1}, {})


async def test_at_night_it_tells_until_when_they_wait(
    shop: Shop, writer: Person, clock: MachineClock
) -> None:
    await a_crowd(shop, 3)
    await change(
        "UPDATE contacts SET ends_at = 0 WHERE follower_id = (SELECT MIN(id)"
        " FROM followers WHERE openid LIKE 'crowd-%')"
    )
    clock.pass_time(hours=12)
    number = await a_draft(shop, writer, text="{称呼}晚上好")
    found = await rehearsed(shop, number)
    assert found.waits == {"quiet_hours": 2}
    assert found.held_back == {"no_channel": 1}
    text = await rehearsal_text(shop, await broadcast_there(number), found)
    assert "最晚等到 2027-01-12 09:00" in text


async def test_three_masked_samples_are_shown_and_no_name_in_full(
    shop: Shop, writer: Person
) -> None:
    await a_crowd(shop, 5)
    number = await a_draft(shop, writer, text="{称呼}，你有 {积分} 积分")
    found = await rehearsed(shop, number)
    assert len(found.samples) == 3
    text = await rehearsal_text(shop, await broadcast_there(number), found)
    assert text.count("会员朋友，你有 0 积分") == 3
    assert f"群发 确认 {number}" in text


async def test_a_large_audience_is_counted_in_the_background_and_told(
    shop: Shop, writer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.broadcasts.rehearsals, "CHUNK", 4)
    await a_crowd(shop, 11)
    aim = await aim_at(shop, writer, "全部")
    content = kept_content(writer, typed_content("你好"))
    draft = await draft_broadcast(shop, writer, aim, content, key="d")
    assert await rehearse(shop, draft["id"], people=aim.people) is None
    assert await outbox_rows("key LIKE 'broadcast_told:%'") == []
    await worked(shop)
    assert (await rehearsed(shop, draft["id"])).people == 11
    [told] = await outbox_rows("key LIKE 'broadcast_told:%'")
    assert "11 人" in told["value"]
    await worked(shop)
    assert len(await outbox_rows("key LIKE 'broadcast_told:%'")) == 1


async def test_a_rehearsal_is_old_after_half_an_hour(
    shop: Shop, writer: Person, clock: MachineClock
) -> None:
    await a_crowd(shop, 1)
    number = await a_draft(shop, writer)
    clock.pass_time(minutes=30)
    await rehearsed(shop, number)
    clock.pass_time(seconds=1)
    assert rehearsal_of(shop, await broadcast_there(number)) is None
    await rehearse(shop, number, people=1)
    assert (await rehearsed(shop, number)).people == 1


async def test_who_counts_late_does_not_take_a_rehearsal_back(
    shop: Shop, writer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.broadcasts.rehearsals, "CHUNK", 4)
    await a_crowd(shop, 11)
    number = await a_draft(shop, writer)
    await start_rehearsal(number, tells=False)
    slow = await broadcast_there(number)
    await rehearse_to_the_end(shop, number)
    await rehearse_chunk(shop, slow)
    assert (await rehearsed(shop, number)).people == 11


async def test_what_would_wait_longer_than_it_is_of_use_is_held_back(
    shop: Shop, writer: Person
) -> None:
    """Whoever got something yesterday is free again in six days."""
    await a_crowd(shop, 2)
    left = int((shop.now() - timedelta(days=1)).timestamp() * 1000)
    await change(
        "INSERT INTO outbox (key, account, openid, class, content, state, due_at, created_at,"
        " follower_id, member_id, lane, left_at) SELECT 'old', account, openid, 'promotion', '{}',"
        " 'sent', 0, 0, id, member_id, 2, $1 FROM followers WHERE openid = 'crowd-1'",
        left,
    )
    found = await rehearsed(shop, await a_draft(shop, writer))
    assert (found.held_back, found.waits, found.would_go) == ({"cap": 1}, {}, 1)


async def test_an_empty_audience_is_no_audience(shop: Shop, writer: Person) -> None:
    with pytest.raises(NobodyThere):
        await aim_at(shop, writer, "全部")


async def test_the_same_message_makes_one_draft(shop: Shop, writer: Person) -> None:
    await a_crowd(shop, 1)
    aim = await aim_at(shop, writer, "全部")
    content = kept_content(writer, typed_content("你好"))
    drafts = [await draft_broadcast(shop, writer, aim, content, key="m") for _ in range(2)]
    assert drafts[0]["id"] == drafts[1]["id"]
    assert len(await list_broadcasts(shop, writer)) == 1


async def test_a_test_goes_to_oneself_once_and_says_so(shop: Shop, writer: Person) -> None:
    await a_crowd(shop, 1)
    number = await a_draft(shop, writer, text="{称呼}有 {积分} 积分 {等级} {余额} {门店}")
    for _ in range(2):
        await try_on_oneself(shop, writer, number, key="m")
    [sent] = await outbox_rows("key LIKE 'broadcast_test:%'")
    assert (sent["openid"], sent["class"]) == (writer.openid, "transactional")
    assert sent["value"].startswith(
        "（测试，只有你能看到）会员朋友有 0 积分 普通会员 0.00 山茶咖啡"
    )


async def test_a_list_shows_what_lies_within_reach(shop: Shop, writer: Person) -> None:
    await a_crowd(shop, 1)
    manager = await a_staff(shop, "manager", store="cd01", role=Role.MANAGER)
    await a_draft(shop, writer)
    own = await a_draft(shop, manager)
    assert [line["id"] for line in await list_broadcasts(shop, manager)] == [own]
    assert len(await list_broadcasts(shop, writer)) == 2
