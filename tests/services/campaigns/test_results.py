"""What came of it (成效): replies within two days, purchases within three weeks."""

import pytest

from loyalty.lift import Group, Verdict
from loyalty.person import Person
from loyalty.staff import Role
from services.campaigns.answers import answer_question
from services.campaigns.results import NothingSentByThatName, results_of
from services.messages.replies import Reply, take_reply
from services.shop import Shop
from storage.instants import to_ms
from storage.sql import change, rows
from tests.services.campaigning import load_campaign, sets_off
from tests.services.growing import brings_back, spends
from tests.services.posting import member_id_of
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock, a_follower, a_member


async def is_sent(shop: Shop, person: Person, *, campaign: str = "welcome") -> None:
    """Something of this campaign has just left for this person."""
    await change(
        "INSERT INTO outbox (key, account, openid, class, lane, content, state, due_at,"
        " created_at, left_at, member_id, follower_id, campaign)"
        " VALUES ($1, 'main', $2, 'promotion', 2, '', 'sent', 1, 1, $3, $4, $5, $6)",
        f"sent:{person.openid}:{shop.now()}",
        person.openid,
        to_ms(shop.now()),
        member_id_of(person),
        person.follower_id,
        campaign,
    )


async def is_counted(shop: Shop, person: Person, what: str) -> None:
    await change(
        "INSERT INTO campaign_effects (campaign, version, member_id, period, what, done_at)"
        " VALUES ('birthday', 1, $1, 'once', $2, $3)",
        member_id_of(person),
        what,
        to_ms(shop.now()),
    )


async def test_words_within_two_days_belong_to_what_was_sent(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    assert await take_reply(shop, li, "挺好的", key="0") is None
    await is_sent(shop, li)
    clock.pass_time(hours=47)
    assert await take_reply(shop, li, "挺好的", key="1") == Reply(None)
    clock.pass_time(hours=2)
    assert await take_reply(shop, li, "挺好的", key="2") is None
    assert len(await rows("SELECT id FROM message_replies")) == 1


async def test_unhappy_words_open_a_ticket_once(shop: Shop) -> None:
    li = await a_member(shop)
    await is_sent(shop, li)
    replies = [await take_reply(shop, li, "太差了", key="1") for _ in range(2)]
    assert replies[0] == replies[1]
    assert replies[0] is not None
    assert replies[0].ticket_id is not None
    assert len(await rows("SELECT id FROM tickets")) == 1


async def test_who_is_no_member_answers_nothing(shop: Shop) -> None:
    assert await take_reply(shop, await a_follower(shop), "你好", key="1") is None


async def test_purchases_count_for_three_weeks_and_not_what_was_brought_back(
    shop: Shop, clock: MachineClock
) -> None:
    owner = await a_staff(shop, "boss", Role.OWNER, "")
    li, wang, out = [await a_member(shop, name) for name in ("li", "wang", "out")]
    await is_counted(shop, li, "treated")
    await is_counted(shop, wang, "treated")
    await is_counted(shop, out, "held_out")
    await spends(shop, li, 500)
    purchase_id, _ = await spends(shop, wang, 700)
    await brings_back(shop, wang, purchase_id, 700)
    clock.pass_time(days=20)
    await spends(shop, li, 300)
    early = await results_of(shop, owner, "birthday", key="1")
    assert (early.treated, early.held_out) == (Group(), Group())
    clock.pass_time(days=1, seconds=1)
    await spends(shop, out, 900)
    found = await results_of(shop, owner, "birthday", key="2")
    assert (found.treated, found.held_out) == (Group(2, 1, 800), Group(1, 0, 0))
    assert found.verdict == Verdict.TOO_SMALL


async def test_the_ends_of_a_campaigns_messages_add_up(shop: Shop) -> None:
    owner = await a_staff(shop, "boss", Role.OWNER, "")
    ends = ("sent", "failed", "suppressed", "unknown", "queued", "sending", "sent")
    for number, state in enumerate(ends):
        await is_sent(shop, await a_member(shop, f"m{number}"))
        openid = f"openid-m{number}"
        await change("UPDATE outbox SET state = $1 WHERE openid = $2", state, openid)
    found = (await results_of(shop, owner, "welcome", key="1")).messages
    assert (found.audience, found.sent, found.failed, found.suppressed) == (7, 2, 1, 1)
    assert (found.unknown, found.on_the_way) == (1, 2)
    assert found.adds_up


async def test_replies_are_told_without_numbers_in_them(shop: Shop) -> None:
    owner, li = await a_staff(shop, "boss", Role.OWNER, ""), await a_member(shop)
    await is_sent(shop, li)
    await take_reply(shop, li, "打我电话 13800138000", key="1")
    found = await results_of(shop, owner, "welcome", key="2")
    assert (found.replied, found.unhappy) == (1, 0)
    assert "13800138000" not in found.replies[0].text


@pytest.mark.parametrize("name", ["nothing", "99", "9" * 30])
async def test_what_was_never_sent_has_no_results(shop: Shop, name: str) -> None:
    with pytest.raises(NothingSentByThatName):
        await results_of(shop, await a_staff(shop, "boss", Role.OWNER, ""), name, key="1")


QUESTION = {"question": "这次怎么样？", "answers": ["很好", "一般", "不满意"], "bad": ["不满意"]}


async def are_asked(shop: Shop, *people: Person, code: str = "test") -> list[int]:
    """The numbers of the questions they got."""
    await load_campaign(shop, code=code, trigger="attended", actions=[{"form": QUESTION}])
    for person in people:
        await sets_off(shop, "attended", member_id_of(person))
    found = await rows("SELECT id FROM campaign_effects WHERE campaign = $1 ORDER BY id", code)
    return [line["id"] for line in found]


async def test_a_tapped_answer_is_a_reply_and_all_that_were_offered_are_counted(
    shop: Shop,
) -> None:
    owner = await a_staff(shop, "boss", Role.OWNER, "")
    people = [await a_member(shop, name) for name in ("li", "wang", "zhao")]
    numbers = await are_asked(shop, *people)
    for person, number, answer in zip(people, numbers, ("很好", "很好", "不满意"), strict=True):
        for key in ("first", "again"):
            await answer_question(shop, person, number, answer, key=f"{number}:{key}")
    # Who says more to it is one person all the same.
    await is_sent(shop, people[0], campaign="test")
    await take_reply(shop, people[0], "下次再来", key="words")
    found = await results_of(shop, owner, "test", key="1")
    assert (found.replied, found.unhappy) == (3, 1)
    assert found.question == QUESTION["question"]
    assert found.answers == (("很好", 2), ("一般", 0), ("不满意", 1))


async def test_answers_belong_to_the_campaign_that_asked(shop: Shop) -> None:
    owner, li = await a_staff(shop, "boss", Role.OWNER, ""), await a_member(shop)
    [number] = await are_asked(shop, li)
    await are_asked(shop, code="other")
    await answer_question(shop, li, number, "很好", key="1")
    other = await results_of(shop, owner, "other", key="2")
    assert (other.replied, [count for _, count in other.answers]) == (0, [0, 0, 0])
    silent = await results_of(shop, owner, "welcome", key="3")
    assert (silent.replied, silent.question, silent.answers) == (0, "", ())


async def test_an_answer_that_is_no_longer_offered_is_counted_behind_the_others(
    shop: Shop,
) -> None:
    owner, li = await a_staff(shop, "boss", Role.OWNER, ""), await a_member(shop)
    [number] = await are_asked(shop, li)
    await answer_question(shop, li, number, "一般", key="1")
    fewer = QUESTION | {"answers": ["很好", "不满意"]}
    await load_campaign(shop, trigger="attended", actions=[{"form": fewer}])
    found = await results_of(shop, owner, "test", key="2")
    assert found.answers == (("很好", 0), ("不满意", 0), ("一般", 1))
