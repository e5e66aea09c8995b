"""The tour of results (成效巡店): what came of something that was sent, in every verdict."""

from loyalty.lift import SMALLEST_GROUP, Verdict
from loyalty.staff import Role
from storage.instants import to_ms
from storage.sql import change
from tests.cast import CAST
from tests.shop import ShopUnderTest, become_staff

OWNER, MEMBER = "老板", "小李"


async def see_what_came_of_it(shop: ShopUnderTest) -> None:
    await become_staff(shop, OWNER, Role.OWNER, "")
    for words in ("成效", "成效 没有", "成效 welcome"):
        await shop.hear(OWNER, words)
    await something_left_for(shop, MEMBER)
    for words in ("挺好的呀", "太差了"):
        await shop.hear(MEMBER, words)
    await nothing_reaches(MEMBER)
    await shop.hear(OWNER, "成效 welcome")
    await shop.hear(OWNER, "营销 welcome")
    # It takes hundreds of people to come to each of them.
    for verdict in Verdict:
        shop.wordings.fill(f"results/verdict_{verdict}", {"least": SMALLEST_GROUP})


async def nothing_reaches(name: str) -> None:
    await change(
        "INSERT INTO outbox (key, account, openid, class, lane, content, state, reason, due_at,"
        " created_at, member_id, follower_id, campaign) SELECT 'missed:' || id, account, openid,"
        " 'promotion', 2, '', 'suppressed', 'no_channel', 1, 1, member_id, id, 'welcome'"
        " FROM followers WHERE openid = $1",
        CAST[name].openid,
    )


async def something_left_for(shop: ShopUnderTest, name: str) -> None:
    await change(
        "INSERT INTO outbox (key, account, openid, class, lane, content, state, due_at,"
        " created_at, left_at, member_id, follower_id, campaign)"
        " SELECT 'left:' || id, account, openid, 'promotion', 2, '', 'sent', 1, 1, $1, member_id,"
        " id, 'welcome' FROM followers WHERE openid = $2",
        to_ms(shop.shop.now()),
        CAST[name].openid,
    )
