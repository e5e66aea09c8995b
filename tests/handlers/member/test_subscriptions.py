"""订阅通知: what the platform pushes of popups, settings and what it gave up on."""

from typing import Any

from bot.markup import Fields
from bot.pushes import PushBody, SubscribePopup
from bot.pushes.reports import REPORT_READERS
from storage.sql import rows
from tests.shop import ShopUnderTest


def event(kind: str, fields: dict[str, Any]) -> PushBody:
    """As it comes over the wire."""
    read: Fields = fields
    return REPORT_READERS[f"subscribe_msg_{kind}_event"](read)


def entry(template_id: str, status: str) -> dict[str, str]:
    return {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "1"}


async def pushed(shop: ShopUnderTest, body: PushBody, *, name: str = "小李") -> None:
    await shop.receive(shop.push(name, body, is_message=False))


async def held() -> dict[str, int]:
    found = await rows("SELECT channel, template_id, left_over FROM held_subscriptions")
    return {f"{line['channel']}:{line['template_id']}": line["left_over"] for line in found}


async def test_each_accept_is_one_more_send(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    popup = {"SubscribeMsgPopupEvent": {"List": [entry("A", "accept"), entry("B", "reject")]}}
    for _ in range(2):
        await pushed(shop, event("popup", popup))
    assert await held() == {"subscription:A": 2}


async def test_the_same_push_twice_is_one_accept(shop_under_test: ShopUnderTest) -> None:
    await pushed(shop_under_test, event("popup", {"List": entry("A", "accept")}))
    await shop_under_test.hear_again()
    assert await held() == {"subscription:A": 1}


async def test_one_entry_comes_without_a_list(shop_under_test: ShopUnderTest) -> None:
    popup = event("popup", {"SubscribeMsgPopupEvent": {"List": entry("A", "accept")}})
    assert isinstance(popup, SubscribePopup)
    await pushed(shop_under_test, popup)
    assert await held() == {"subscription:A": 1}


async def test_a_mini_program_counts_its_own(shop_under_test: ShopUnderTest) -> None:
    await pushed(
        shop_under_test, event("popup", {"List": entry("A", "accept")}), name="小程序的小王"
    )
    assert await held() == {"mini:A": 1}


async def test_a_refusal_in_the_settings_takes_all_back(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await pushed(shop, event("popup", {"List": entry("A", "accept")}))
    for wrapper in ("SubscribeMsgChangeEvent", "SubscribeMsgPopupEvent"):
        await pushed(shop, event("change", {wrapper: {"List": entry("A", "reject")}}))
        assert await held() == {"subscription:A": 0}


async def test_what_the_platform_gave_up_on_is_learnt(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    for template_id in ("A", "B"):
        await pushed(shop, event("popup", {"List": entry(template_id, "accept")}))
    results = [
        {"TemplateId": "A", "MsgID": "1", "ErrorCode": "43101", "ErrorStatus": "refused"},
        {"TemplateId": "B", "MsgID": "2", "ErrorCode": "0", "ErrorStatus": "success"},
    ]
    await pushed(shop, event("sent", {"SubscribeMsgSentEvent": {"List": results}}))
    assert await held() == {"subscription:A": 0, "subscription:B": 1}
