"""会员动作: whatever somebody does is noted beside the path, and written in batches."""

from bot.pushes import EnterChat, MenuTap, TextMessage
from services.messages.contacts import flush_contacts
from storage.sql import rows
from tests.shop import ShopUnderTest


async def noted(shop: ShopUnderTest) -> dict[str, int | None]:
    await flush_contacts(shop.shop)
    found = await rows("SELECT kind, left_over FROM contacts")
    return {line["kind"]: line["left_over"] for line in found}


async def test_asking_for_the_balance_writes_nothing(shop_under_test: ShopUnderTest) -> None:
    before = await shop_under_test.holdings()
    await shop_under_test.hear("小李", "积分")
    assert await shop_under_test.holdings() == before
    assert await noted(shop_under_test) == {"message": 5}


async def test_each_act_counts_as_what_it_is(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.follows("小李")
    await shop.scan("小李", await shop.receipt())
    await shop.receive(shop.push("小李", MenuTap("积分"), is_message=False))
    await shop.receive(shop.push("小李", TextMessage("积分", menu_id="积分")))
    await shop.receive(shop.push("小程序的小王", EnterChat(""), is_message=False))
    assert await noted(shop) == {"follow": 3, "scan": 3, "menu": 3, "enter": 2}


async def test_whoever_leaves_has_no_window_left(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小李", "积分")
    await shop_under_test.leaves("小李")
    assert await noted(shop_under_test) == {}
