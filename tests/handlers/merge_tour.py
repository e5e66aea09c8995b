"""The tour of merging (合并巡店): two numbers of one person, made one and parted again."""

from datetime import timedelta

from loyalty.member_numbers import member_number
from storage.instants import to_ms
from storage.models import Member
from storage.sql import change, row
from tests.cast import CAST
from tests.handlers.staff_tour import MANAGER, MEMBER, OWNER
from tests.shop import ShopUnderTest


async def merge_and_part(shop: ShopUnderTest) -> None:
    for words in ("合并", "撤销合并"):
        await shop.hear(OWNER, words)
    kept, merged, third = [await a_twin(shop, number) for number in range(3)]
    await shop.hear(OWNER, f"合并 {kept} {kept} 换微信")
    await shop.hear(OWNER, f"撤销合并 {kept}")
    await both_say_yes(shop, f"合并 {merged} {await number_of(MEMBER)} 换微信")
    await shop.hear(MEMBER, "账单")
    await both_say_yes(shop, f"撤销合并 {merged}")
    await shop.hear(MEMBER, "账单")
    await change_in_between(shop, kept, merged, third)


async def change_in_between(shop: ShopUnderTest, kept: str, merged: str, third: str) -> None:
    """What is no longer so when the second person says yes."""
    await shop.hear(OWNER, f"合并 {kept} {merged} 换微信")
    await change("UPDATE members SET state = 'closed' WHERE member_no = $1", merged)
    await shop.hear(MANAGER, f"确认 {shop.last_code}")
    await change("UPDATE members SET state = 'active' WHERE member_no = $1", merged)
    await both_say_yes(shop, f"合并 {kept} {merged} 换微信")
    await shop.hear(MANAGER, f"撤销合并 {kept}")
    parting = shop.last_code
    await both_say_yes(shop, f"合并 {third} {kept} 换微信")
    await shop.hear(OWNER, f"确认 {parting}")
    long_ago = to_ms(shop.shop.now() - timedelta(days=1))
    await change("UPDATE member_merges SET undo_until = $1", long_ago)
    await both_say_yes(shop, f"撤销合并 {kept}")


async def a_twin(shop: ShopUnderTest, number: int) -> str:
    """A second membership of somebody, which nobody uses by chat."""
    twin = await Member.create(join_key=f"twin:{number}", joined_at=shop.shop.now())
    member_no = member_number(twin.id)
    await change("UPDATE members SET member_no = $1 WHERE id = $2", member_no, twin.id)
    return member_no


async def number_of(name: str) -> str:
    found = await row(
        "SELECT m.member_no FROM members m JOIN followers f ON f.member_id = m.id"
        " WHERE f.openid = $1",
        CAST[name].openid,
    )
    assert found is not None, name
    return str(found["member_no"])


async def both_say_yes(shop: ShopUnderTest, words: str) -> list[str]:
    await shop.hear(OWNER, words)
    return await shop.hear(MANAGER, f"确认 {shop.last_code}")
