"""改进、话题、意见箱 as staff type them, and what members read of it."""

from services.messages.outbox import take_due_messages
from services.messages.queueing import opened_content
from storage.sql import row, rows
from tests.outbox import record_outcome
from tests.shop import ShopUnderTest


async def a_ticket(shop: ShopUnderTest, words: str = "反馈 春熙路店 没有婴儿椅") -> int:
    await shop.hear("小李", words)
    found = await row("SELECT MAX(id) AS id FROM tickets")
    assert found is not None
    number: int = found["id"]
    return number


async def fail_to_send(shop: ShopUnderTest) -> None:
    for message in await take_due_messages(shop.shop, "worker", 100):
        await record_outcome(shop.shop, message, "worker", state="failed", reason="window_closed")


async def test_an_improvement_is_told_after_the_code(shop_under_test: ShopUnderTest) -> None:
    number = await a_ticket(shop_under_test)
    await shop_under_test.plays(f"""
        店长> 改进 {number} 买了三把婴儿椅
        机器人> 工单 1 个，1 人各收到一条。…
        店长> 确认 ※
        机器人> 已开始告知 1 人…
        店长> 改进
        机器人> 已发 0，在途 1…
    """)
    told = [text for name, text in await shop_under_test.delivered() if name == "小李"]
    assert "买了三把婴儿椅" in told[-1]


async def test_to_members_and_clerks_these_are_unknown_words(
    shop_under_test: ShopUnderTest,
) -> None:
    number = await a_ticket(shop_under_test)
    for name in ("小李", "店员小陈"):
        for words in (f"改进 {number} 好了", f"话题 {number} 停车", "意见箱", f"看图 {number}"):
            [said] = await shop_under_test.hear(name, words)
            assert said.startswith("没有听懂"), (name, words, said)


async def test_topics_are_set_and_read_back(shop_under_test: ShopUnderTest) -> None:
    number = await a_ticket(shop_under_test)
    await shop_under_test.plays(f"""
        店长> 话题 {number} 婴儿椅
        机器人> 工单 {number} 的话题：婴儿椅。
        店长> 话题
        机器人> 婴儿椅：春熙路店 1 个…
    """)


async def test_the_code_of_the_box_is_sent_for_the_own_store(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        店长> 意见箱
        机器人> 春熙路店的意见箱二维码…
        老板> 意见箱 cd02
        机器人> 的意见箱二维码…
        店长> 意见箱 cd02
        机器人> …
    """)
    sent = await rows("SELECT * FROM outbox WHERE key LIKE 'box:%' ORDER BY id")
    contents = [opened_content(shop_under_test.shop.keys, line) for line in sent]
    assert [content["kind"] for content in contents] == ["box", "box"]
    assert [content["value"] for content in contents] == ["box_cd01", "box_cd02"]


async def test_an_answer_that_could_not_be_sent_is_the_first_line_of_the_next_reply(
    shop_under_test: ShopUnderTest,
) -> None:
    number = await a_ticket(shop_under_test)
    await shop_under_test.hear("店长", f"回复 {number} 明天就到")
    await fail_to_send(shop_under_test)
    [first] = await shop_under_test.hear("小李", "积分")
    assert first.startswith("（之前没能送到的消息）")
    assert "明天就到" in first
    assert "82" in first
    assert await shop_under_test.hear_again() == [first]
    [second] = await shop_under_test.hear("小李", "积分")
    assert "明天就到" not in second


async def test_an_unnamed_ticket_is_answered_the_same_way(shop_under_test: ShopUnderTest) -> None:
    number = await a_ticket(shop_under_test, "匿名反馈 春熙路店 太吵")
    await shop_under_test.hear("店长", f"回复 {number} 换了门")
    await fail_to_send(shop_under_test)
    await shop_under_test.leaves("小李")
    [said] = await shop_under_test.follows("小李")
    assert "换了门" in said
    sheet = "\n".join(await shop_under_test.hear("店长", f"工单 {number}"))
    assert "匿名" in sheet
