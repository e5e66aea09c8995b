"""The tour of the audit (审计巡查): what an owner reads of the trail."""

from services.custody.audit_anchors import anchor_trail
from services.custody.auditing import MEMBER, SYSTEM, Act, audit_alone
from storage.sql import rows
from tests.shop import ShopUnderTest

OWNER = "老板"


async def read_the_trail(shop: ShopUnderTest) -> None:
    for words in ("帮助 员工", "谁看过", "审计 昨天", "审计 2020-01-01"):
        await shop.hear(OWNER, words)
    number = await number_of_somebody_unseen()
    await rows("UPDATE staff SET state = 'stopped' WHERE role = 'clerk'")
    await shop.hear("店员小陈", "小票 1")
    for _ in range(2):
        await shop.hear(OWNER, f"谁看过 {number}")
        await shop.hear(OWNER, f"查会员 {number}")
    for actor in (SYSTEM, MEMBER, "operator"):
        await audit_alone(shop.shop, actor, Act("member.closed"), key=f"tour-{actor}")
    await shop.hear(OWNER, "审计")
    await anchor_trail(shop.shop)


async def number_of_somebody_unseen() -> str:
    found = await rows(
        "SELECT member_no FROM members WHERE state = 'active' AND id NOT IN"
        " (SELECT member_id FROM audit_log WHERE member_id IS NOT NULL) AND id NOT IN"
        " (SELECT merged_into FROM members WHERE merged_into IS NOT NULL) ORDER BY id LIMIT 1"
    )
    return str(found[0]["member_no"])
