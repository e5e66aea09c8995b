"""消费时核对: below a claim's answer, one question at most; the answer itself stays as it is."""

import pytest

from services.details.keeping import change_detail
from storage.sql import rows
from tests.shop import ShopUnderTest

CLAIMED = "积分到账：+32\n本次消费：32.00 元\n可用积分：114"
QUESTION = "手机号还是 138****8000 吗？【还是】【换了】"


@pytest.fixture
async def shop(shop_under_test: ShopUnderTest) -> ShopUnderTest:
    """小李 gave a phone number ninety days ago."""
    for line in ("资料", "1 13800138000"):
        await shop_under_test.hear("小李", line)
    await shop_under_test.pass_time(days=90)
    return shop_under_test


async def marks() -> list[dict[str, object]]:
    return await rows("SELECT name, verified_on, asked_on FROM detail_marks")


async def test_the_question_stands_below_the_answer_and_a_repeat_says_the_same(
    shop: ShopUnderTest,
) -> None:
    token = await shop.receipt()
    assert await shop.hear("小李", token) == [f"{CLAIMED}\n{QUESTION}"]
    before = await shop.holdings()
    assert await shop.hear_again() == [f"{CLAIMED}\n{QUESTION}"]
    assert await shop.scan("小李", token) == [f"{CLAIMED}\n{QUESTION}"]
    assert await shop.holdings() == before


async def test_still_the_same_is_kept_with_its_day(shop: ShopUnderTest) -> None:
    await shop.hear("小李", await shop.receipt())
    await shop.plays("""
        小李> 还是
        机器人> 好的，记下了，谢谢。
        小李> 〃
        机器人> 好的，记下了，谢谢。
        小李> 还是
        机器人> 没有听懂。…
    """)
    assert await marks() == [
        {"name": "phone", "verified_on": "2027-04-11", "asked_on": "2027-04-11"}
    ]
    (next_claim,) = await shop.hear("小李", await shop.receipt())
    assert "还是" not in next_claim


async def test_a_new_number_is_asked_for_at_once(shop: ShopUnderTest) -> None:
    await shop.hear("小李", await shop.receipt())
    await shop.plays("""
        小李> 换了
        机器人> 请发送手机号，例如 13800138000。不想填回【跳过】。
        小李> 13900139000
        机器人> 记下了：手机号 139****9000
    """)


async def test_whoever_ignores_the_question_is_not_asked_again_soon(shop: ShopUnderTest) -> None:
    await shop.hear("小李", await shop.receipt())
    assert (await shop.hear("小李", "积分"))[0].startswith("可用积分：114")
    assert (await shop.hear("小李", "还是"))[0].startswith("没有听懂。")
    (again,) = await shop.hear("小李", await shop.receipt())
    assert "还是" not in again
    assert await marks() == [
        {"name": "phone", "verified_on": "2027-01-11", "asked_on": "2027-04-11"}
    ]


async def test_free_text_after_the_question_goes_its_usual_way(shop: ShopUnderTest) -> None:
    await shop.hear("小李", await shop.receipt())
    assert (await shop.hear("小李", "你好"))[0].startswith("没有听懂。")
    assert (await shop.hear("小李", "还是"))[0].startswith("没有听懂。")


async def test_an_open_question_is_not_pushed_aside(shop: ShopUnderTest) -> None:
    token = await shop.receipt()
    await shop.hear("小李", "填称呼")
    assert await shop.hear("小李", token) == [CLAIMED]
    assert (await shop.hear("小李", "李小红"))[0].startswith("记下了：称呼 李*")


async def test_a_refused_or_reserved_receipt_asks_nothing(shop: ShopUnderTest) -> None:
    token = await shop.receipt()
    await shop.hear("小李", token)
    (taken,) = await shop.hear("老赵", token)
    (reserved,) = await shop.hear("小王", await shop.receipt())
    assert "还是" not in taken + reserved


async def test_a_scanned_code_asks_as_well_and_each_detail_has_its_question(
    shop: ShopUnderTest,
) -> None:
    [member] = await rows("SELECT id FROM members WHERE phone_sealed IS NOT NULL")
    values = {"email": "li@example.com", "address": "成都市春熙路 1 号", "district": "锦江区"}
    for name, value in values.items():
        await change_detail(shop.shop, member["id"], name, value, key=name)
    asked = []
    for _ in range(4):
        (reply,) = await shop.scan("小李", await shop.receipt())
        asked.append(reply.splitlines()[-1].partition("还")[0])
        await shop.pass_time(days=90)
    assert asked == ["手机号", "邮箱", "地址", ""]
