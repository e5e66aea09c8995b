"""Phones for tests: what was sent to them by SMS, and two people with one number."""

import re

from services.details.phone_codes import ShortMessage, short_message
from tests.outbox import outbox_rows
from tests.shop import ShopUnderTest

PHONE, OTHER = "13800138000", "13900139000"


async def sms_sent(shop: ShopUnderTest) -> list[ShortMessage]:
    """The messages of the outbox that are still worth sending, oldest first."""
    numbers = [int(line["value"]) for line in await outbox_rows() if line["kind"] == "sms"]
    found = [await short_message(shop.shop, number) for number in numbers]
    return [sms for sms in found if sms is not None]


async def code_sent(shop: ShopUnderTest) -> str:
    return str(re.findall(r"[0-9]{6}", (await sms_sent(shop))[-1].text)[0])


async def proves(shop: ShopUnderTest, name: str, phone: str) -> list[str]:
    """Types the number and the code that comes; what is said then."""
    await shop.hear(name, "填手机号")
    await shop.hear(name, phone)
    return await shop.hear(name, await code_sent(shop))
