"""培训: a quiz asked one by one; who passes sees data in full for six months, and is reminded."""

import tomllib

import pytest

from services.org.training import QUIZ_FILE
from storage.sql import change, rows
from tests.shop import ShopUnderTest

MANAGER = "店长"
RIGHT = {
    question["text"]: question["answers"][question["right"] - 1]
    for question in tomllib.loads(QUIZ_FILE.read_text(encoding="utf-8"))["questions"]
}


def answer_to(reply: str, *, right: bool = True) -> str:
    """The number of a right answer in what was asked, or of a wrong one."""
    lines = reply.splitlines()
    asked = next(line for line in reversed(lines) if line.startswith("第 "))
    wanted = RIGHT[asked.partition("：")[2]]
    number = next(line[0] for line in lines if line[1:] == f". {wanted}")
    return number if right else str(int(number) % 3 + 1)


async def passes_the_quiz(shop: ShopUnderTest, name: str, *, wrong: int = 0) -> str:
    """Answers everything, so many wrongly; the last reply."""
    (reply,) = await shop.hear(name, "培训")
    for place in range(len(RIGHT)):
        (reply,) = await shop.hear(name, answer_to(reply, right=place >= wrong))
    return reply


async def test_every_answer_is_explained_and_the_next_question_asked(
    shop_under_test: ShopUnderTest,
) -> None:
    (first,) = await shop_under_test.hear(MANAGER, "培训")
    assert first.startswith("保密培训：看会员完整手机号和地址之前要先通过。\n共 7 题")
    (second,) = await shop_under_test.hear(MANAGER, answer_to(first))
    assert second.startswith("答对了。")
    assert "第 2/7 题：" in second
    (third,) = await shop_under_test.hear(MANAGER, answer_to(second, right=False))
    assert third.startswith("答错了。")
    assert await shop_under_test.hear_again() == [third]


async def test_whoever_passes_has_six_months(shop_under_test: ShopUnderTest) -> None:
    last = await passes_the_quiz(shop_under_test, MANAGER, wrong=1)
    assert last.endswith("得分 85%，培训通过，有效至 2027-07-11。")
    before = await shop_under_test.holdings()
    assert await shop_under_test.hear_again() == [last]
    assert await shop_under_test.holdings() == before
    [kept] = await rows("SELECT quiz_version, score, until FROM training_passes")
    assert kept == {"quiz_version": 1, "score": 85, "until": "2027-07-11"}
    assert len(await rows("SELECT 1 FROM audit_log WHERE what = 'staff.train'")) == 1


async def test_whoever_fails_may_try_again_at_once_in_another_order(
    shop_under_test: ShopUnderTest,
) -> None:
    last = await passes_the_quiz(shop_under_test, MANAGER, wrong=2)
    assert last.endswith("得分 71%，要 80% 才通过。回“培训”可以马上再来一次。")
    assert await rows("SELECT * FROM training_passes") == []
    orders = {(await shop_under_test.hear(MANAGER, "培训"))[0] for _ in range(5)}
    assert len(orders) == 5


async def test_only_a_number_answers_and_any_word_leaves(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear(MANAGER, "培训")
    await shop_under_test.plays("""
        店长> 4
        机器人> 请回 1、2 或 3；不做了回【取消】。
        店长> 不知道
        机器人> 请回 1、2 或 3；不做了回【取消】。
        店长> 取消
        机器人> 好的，已取消。…
        店长> 1
        机器人> 没有听懂。…
    """)


async def test_a_quiz_that_was_changed_meanwhile_starts_anew(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear(MANAGER, "培训")
    await change(
        "UPDATE dialogues SET progress = REPLACE(progress, '\"version\": 1', '\"version\": 0')"
    )
    (reply,) = await shop_under_test.hear(MANAGER, "1")
    assert reply.startswith("题目刚刚更新，请从头再答一次。")
    assert "第 1/7 题：" in reply


async def test_somebody_stopped_in_the_middle_passes_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    (reply,) = await shop_under_test.hear(MANAGER, "培训")
    for _ in range(len(RIGHT) - 1):
        (reply,) = await shop_under_test.hear(MANAGER, answer_to(reply))
    await change("UPDATE staff SET state = 'stopped' WHERE role = 'manager'")
    assert (await shop_under_test.hear(MANAGER, answer_to(reply)))[0].startswith("没有听懂。")
    assert await rows("SELECT * FROM training_passes") == []


@pytest.mark.parametrize(("days", "told"), [(166, 0), (167, 1), (177, 1), (178, 2), (182, 2)])
async def test_whose_pass_ends_hears_of_it_two_weeks_and_three_days_before(
    shop_under_test: ShopUnderTest, days: int, told: int
) -> None:
    await passes_the_quiz(shop_under_test, MANAGER)
    shop_under_test.clock.pass_time(days=160)
    for _ in range(160, days):
        await shop_under_test.pass_time(days=1)
    reminders = [text for _, text in await shop_under_test.delivered() if "保密培训" in text]
    assert (
        reminders
        == ["你的保密培训有效至 2027-07-11，到期后只能看到打码的资料。回“培训”做一次测验即可延长。"]
        * told
    )
