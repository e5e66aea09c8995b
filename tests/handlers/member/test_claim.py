"""扫小票: a receipt by text, link, scene and menu scan; claimed once, by one, for ever."""

from collections.abc import Callable

import pytest

from bot.pushes import PushBody, ScanCode, TextMessage
from services.custody.verify import verify_ledger
from tests.shop import ShopUnderTest

CREDITED = "积分到账：+32\n本次消费：32.00 元\n可用积分：114"
TAKEN = "这张小票的积分已被领取。如有疑问，请带小票到门店核对。"
REFUSED = "这张小票无法积分：二维码不完整、已过期或不属于本店。请带小票到门店核对。"
LINK = "http://shop.test/r/"
UNKNOWN = "没有听懂。可以发送："


def menu_scan(content: str) -> ScanCode:
    return ScanCode(key="scan", scan_kind="qrcode", content=content, waits=True)


WAYS: dict[str, Callable[[str], PushBody]] = {
    "typed": TextMessage,
    "typed with space": lambda token: TextMessage(f" {token}\n"),
    "link": lambda token: TextMessage(LINK + token),
    "menu": menu_scan,
    "menu link": lambda token: menu_scan(LINK + token),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_receipt_is_claimed_once_by_one_person(
    shop_under_test: ShopUnderTest, way: str
) -> None:
    shop, body = shop_under_test, WAYS[way](await shop_under_test.receipt())
    assert await shop.receive(shop.push("小李", body)) == [CREDITED]
    before = await shop.holdings()
    assert await shop.hear_again() == [CREDITED]
    assert await shop.receive(shop.push("小李", body)) == [CREDITED]
    assert await shop.receive(shop.push("老赵", body)) == [TAKEN]
    assert await shop.holdings() == before
    assert (await verify_ledger(shop.shop)).complaints == ()


async def test_a_receipt_as_scene_of_a_scan(shop_under_test: ShopUnderTest) -> None:
    token = await shop_under_test.receipt()
    for _ in range(2):
        assert await shop_under_test.scan("小李", token) == [CREDITED]
    assert await shop_under_test.scan("老赵", token) == [TAKEN]


async def test_a_receipt_that_led_to_following_waits_for_joining(
    shop_under_test: ShopUnderTest,
) -> None:
    token = await shop_under_test.receipt()
    (kept,) = await shop_under_test.follows("小王", token)
    assert kept.startswith("这张小票（32.00 元）为你保留到 2027-01-12 10:00。")
    assert await shop_under_test.hear("小王", token) == [kept]
    assert await shop_under_test.hear("小李", token) == [TAKEN]
    await shop_under_test.plays("""
        小王> 入会
        机器人> 山茶咖啡会员计划
        小王> 同意
        机器人> 欢迎加入山茶咖啡！
                之前扫的小票也记上了：32 积分
                现有积分：82
        小王> 积分
        机器人> 可用积分：82
    """)


async def test_a_kept_receipt_is_free_after_a_day(shop_under_test: ShopUnderTest) -> None:
    token = await shop_under_test.receipt()
    await shop_under_test.follows("小王", token)
    await shop_under_test.pass_time(hours=24, minutes=1)
    assert await shop_under_test.hear("小李", token) == [CREDITED]
    assert await shop_under_test.hear("小王", token) == [TAKEN]


async def test_a_receipt_made_offline_is_credited_when_the_till_reports_it(
    shop_under_test: ShopUnderTest,
) -> None:
    token = await shop_under_test.offline_receipt(7, 3200)
    (pending,) = await shop_under_test.hear("小李", token)
    assert pending.splitlines()[0] == "小票已登记：32.00 元"
    assert await shop_under_test.scan("小李", token) == [pending]
    await shop_under_test.sell(4500, receipt_seq=7)
    assert "积分到账：+45" in (await shop_under_test.hear("小李", token))[0]
    assert "可用积分：127" in (await shop_under_test.hear("小李", "积分"))[0]


async def test_a_receipt_made_offline_and_kept_is_registered_at_joining(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.follows("小王", await shop_under_test.offline_receipt(7))
    await shop_under_test.hear("小王", "入会")
    (welcome,) = await shop_under_test.hear("小王", "同意")
    assert "之前扫的小票已登记，收银台上传后自动到账" in welcome


async def test_a_receipt_no_till_ever_reported_is_void(shop_under_test: ShopUnderTest) -> None:
    token = await shop_under_test.offline_receipt(7)
    await shop_under_test.hear("小李", token)
    await shop_under_test.pass_time(hours=73)
    assert await shop_under_test.hear("小李", token) == [
        "这张小票收银台一直没有上传，无法积分。请带小票到门店核对。"
    ]
    assert "待到账" not in (await shop_under_test.hear("小李", "积分"))[0]


async def test_a_receipt_is_good_for_thirty_days(shop_under_test: ShopUnderTest) -> None:
    kept, left = await shop_under_test.receipt(), await shop_under_test.receipt()
    await shop_under_test.pass_time(days=30)
    assert "积分到账" in (await shop_under_test.hear("小李", kept))[0]
    await shop_under_test.pass_time(minutes=1)
    assert await shop_under_test.hear("老赵", left) == [REFUSED]


def damaged(token: str) -> str:
    """One letter of the signature is another one."""
    return token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (lambda token: TextMessage(LINK + token[:-1]), REFUSED),
        (lambda token: TextMessage(LINK), REFUSED),
        (lambda token: TextMessage(LINK + damaged(token)), REFUSED),
        (lambda token: TextMessage(damaged(token)), REFUSED),
        (lambda token: menu_scan(damaged(token)), REFUSED),
        (lambda token: menu_scan(token[:-1]), REFUSED),
        (lambda token: menu_scan("https://example.org/"), REFUSED),
        (lambda token: TextMessage(token[:-1]), UNKNOWN),
        (lambda token: TextMessage(token + "A"), UNKNOWN),
        (lambda token: TextMessage(token[:-1] + "\uff21"), UNKNOWN),
        (lambda token: TextMessage("http://evil.test/r/" + token), UNKNOWN),
        (lambda token: TextMessage(f"我的小票 {token}"), UNKNOWN),
    ],
)
async def test_a_damaged_token_is_refused_in_a_link_and_unknown_when_typed(
    shop_under_test: ShopUnderTest, body: Callable[[str], PushBody], told: str
) -> None:
    shop, token = shop_under_test, await shop_under_test.receipt()
    before = await shop.holdings()
    (reply,) = await shop.receive(shop.push("小李", body(token)))
    assert reply.splitlines()[0] == told
    assert await shop.holdings() == before


async def test_a_damaged_token_as_scene_is_refused_and_other_scenes_greet(
    shop_under_test: ShopUnderTest,
) -> None:
    token = await shop_under_test.receipt()
    for scene in (damaged(token), token[:-1], token + "A"):
        assert await shop_under_test.scan("小李", scene) == [REFUSED]
        assert await shop_under_test.follows("小王", scene) == [REFUSED]
    assert (await shop_under_test.scan("小李", "table-7"))[0].startswith("欢迎回来！")


async def test_after_ten_failures_an_hour_a_good_receipt_is_refused_alike(
    shop_under_test: ShopUnderTest,
) -> None:
    token = await shop_under_test.receipt()
    for _ in range(10):
        assert await shop_under_test.scan("小李", damaged(token)) == [REFUSED]
    assert await shop_under_test.scan("小李", token) == [REFUSED]
    assert "积分到账" in (await shop_under_test.scan("老赵", token))[0]
