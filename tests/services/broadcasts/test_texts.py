"""Texts of group sends (群发内容): for many the same figures as each reads alone."""

from loyalty.broadcast_contents import PLACES
from loyalty.money import yuan_text
from services.broadcasts.texts import facts_of_members, filled_contents
from services.ledger.points import points_balance
from services.shop import Shop
from services.wallet.balance import stored_value
from storage.sql import change, rows
from tests.services.broadcasting import a_crowd, a_draft, two_people
from tests.services.posting import member_id_of
from tests.shop_parts import a_member

EVERYTHING = "".join(f"{{{place}}}" for place in PLACES)


async def test_what_each_reads_is_what_their_own_words_say(shop: Shop) -> None:
    ids = [member_id_of(await a_member(shop, name)) for name in ("li", "wang")]
    accounts = "(SELECT id FROM ledger_accounts WHERE member_id = {} AND unit = 'points')"
    await change(
        f"UPDATE ledger_accounts SET balance = 90, held = 20 WHERE id = {accounts.format('$1')}",
        ids[0],
    )
    await change(
        f"UPDATE lots SET remaining = 30, expires_on = '2020-01-01'"
        f" WHERE account_id = {accounts.format('$1')}",
        ids[0],
    )
    facts = await facts_of_members(shop, ids, PLACES)
    for member_id in ids:
        points = await points_balance(shop, member_id)
        stored = await stored_value(shop, member_id)
        assert facts[member_id]["积分"] == str(points.points)
        assert facts[member_id]["余额"] == yuan_text(stored.available_fen)
        assert facts[member_id]["等级"] == "普通会员"
        assert facts[member_id]["门店"] == "山茶咖啡"
    assert facts[ids[0]]["积分"] == "40"


async def test_a_broadcast_is_filled_for_each_and_tells_how_to_stop_it(shop: Shop) -> None:
    await a_crowd(shop, 2)
    writer, _ = await two_people(shop)
    number = await a_draft(shop, writer, text=f"你好 {EVERYTHING}")
    members = [line["id"] for line in await rows("SELECT id FROM members ORDER BY id")]
    found = await filled_contents(shop, [(number, member_id) for member_id in members])
    assert set(found) == {(number, member_id) for member_id in members}
    for content in found.values():
        assert content["value"] == "你好 会员朋友0普通会员0.00山茶咖啡\n（不想再收到优惠，回 TD）"
