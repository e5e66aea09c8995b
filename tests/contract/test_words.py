"""The chat words of a member (口令): each answers with its figures; dialogues outlive us."""

import re

import pytest

from tests.contract.bench import Bench
from tests.contract.client import member_codes_in, numbers_in, tappable_words

NONSENSE = "天地玄黄宇宙洪荒"


@pytest.mark.parametrize(
    "word", ["入会", "积分", "余额", "账单", "会员码", "帮助", "菜单", "资料", "优惠券", "券"]
)
async def test_every_word_answers_strangers_followers_and_members(bench: Bench, word: str) -> None:
    for phone in (bench.phone(), await bench.follower(), await bench.member()):
        assert await phone.says(word)


async def test_points_balance_ledger_and_coupons_of_a_new_member(bench: Bench) -> None:
    phone = await bench.member()
    await phone.says(await bench.receipt(3200))
    assert "82" in numbers_in(await phone.says("积分"))
    assert "0.00" in numbers_in(await phone.says("余额"))
    assert {"50", "32"} <= set(numbers_in(await phone.says("账单")))
    coupons = await phone.says("优惠券")
    assert "新人券" in coupons
    assert re.search(r"\b[0-9A-Z]{12}\b", coupons)
    assert await phone.says("券") == coupons


async def test_the_member_code_comes_as_digits_and_as_a_picture(bench: Bench) -> None:
    phone = await bench.member()
    before = len(bench.wechat.journal)
    answer = await phone.deliver(phone.text("会员码"))
    kinds = {answer.fields.get("MsgType", "")}
    texts = [answer.text]
    if not kinds & {"image", "news"}:
        await phone.hears(after=before)
        heard = bench.wechat.sent_to(phone.openid, after=before)
        kinds |= {sent.kind for sent in heard}
        texts += [sent.text for sent in heard]
    assert kinds & {"image", "news"}
    assert len(set(member_codes_in("\n".join(texts)))) == 1


async def test_help_and_the_unknown_show_what_one_can_say(bench: Bench) -> None:
    phone = await bench.member()
    for words in ("帮助", "菜单", NONSENSE):
        assert "积分" in await phone.says(words)


@pytest.mark.parametrize("spelling", [" 积分 ", "　积分\n", "积分"])
async def test_a_word_is_read_with_spaces_around_it(bench: Bench, spelling: str) -> None:
    phone = await bench.member()
    assert "50" in numbers_in(await phone.says(spelling))


async def test_words_of_staff_are_unknown_words_to_members(bench: Bench) -> None:
    phone = await bench.member()
    unknown = await phone.says(NONSENSE)
    for word in ("日报", "群发", "补积分 1 100 谢谢", "停用 1", "恢复发送"):
        assert await phone.says(word) == unknown


async def test_the_questions_after_joining_can_be_skipped(bench: Bench) -> None:
    phone = await bench.follower()
    await phone.says("入会")
    welcome = await phone.says("同意")
    offered = [word for word in tappable_words(welcome) if re.search("手机|姓名|称呼|生日", word)]
    assert offered
    question = await phone.says(offered[0])
    assert "跳过" in question
    skipped = await phone.says("跳过")
    assert skipped != question
    await phone.says("取消")
    assert "50" in numbers_in(await phone.says("积分"))


async def test_a_birthday_given_in_chat_stands_in_ones_own_data(bench: Bench) -> None:
    phone = await bench.member()
    before = await phone.says("资料")
    line = next(line for line in before.splitlines() if "生日" in line)
    number = numbers_in(line)[0]
    await phone.says(f"{number} 1987-11-23")
    after = await phone.says("资料")
    assert after != before
    assert "1987-11-23" not in after  # masked


async def test_an_exact_word_wins_over_an_open_question(bench: Bench) -> None:
    phone = await bench.member()
    line = next(line for line in (await phone.says("资料")).splitlines() if "生日" in line)
    await phone.says(numbers_in(line)[0])
    assert "50" in numbers_in(await phone.says("积分"))


async def test_a_dialogue_goes_on_after_the_server_was_killed(bench: Bench) -> None:
    phone = await bench.follower()
    await phone.says("入会")
    for number in range(bench.shop.process_count):
        bench.shop.kill(number)
    bench.shop.start_missing()
    assert "50" in numbers_in(await phone.says("同意", at=1))
    assert "50" in await bench.points_of(phone)


async def test_people_who_leave_and_come_back_are_still_members(bench: Bench) -> None:
    phone = await bench.member()
    assert (await phone.leaves()).status == 200
    await phone.follows()
    assert "50" in await bench.points_of(phone)
