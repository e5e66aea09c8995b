"""为什么: the rule and the figures behind the last number told, in plain words."""

from bot.chat import Chat
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.member.why_words import (
    coupon_lines,
    movement_lines,
    price_lines,
    tier_lines,
)
from handlers.membership import members_only
from services.explaining import coupon_origins, last_told, movements, tier_move

router = Router()
# The topic of the sentence said last → what it was about; anything else was about points.
ABOUT = {
    "wallet": "wallet",
    "tiers": "tiers",
    "coupons": "coupons",
    "exchange": "coupons",
    "gifts": "coupons",
    "price": "price",
}


@router.command("为什么", "为啥", "怎么算的", help="words/why")
@members_only
async def explain_last(chat: Chat, member_id: int) -> None:
    topic = (await last_told(chat.shop, chat.person)).partition("/")[0]
    await _explain(chat, member_id, ABOUT.get(topic, "points"))


@router.understand(behind("为什么", shape="积分|账单"))
@members_only
async def explain_points(chat: Chat, member_id: int, topic: str) -> None:
    await _explain(chat, member_id, "points")


@router.understand(behind("为什么", shape="余额|储值"))
@members_only
async def explain_wallet(chat: Chat, member_id: int, topic: str) -> None:
    await _explain(chat, member_id, "wallet")


@router.understand(behind("为什么", shape="券|优惠券"))
@members_only
async def explain_coupons(chat: Chat, member_id: int, topic: str) -> None:
    await _explain(chat, member_id, "coupons")


@router.understand(behind("为什么", shape="等级|权益"))
@members_only
async def explain_tier(chat: Chat, member_id: int, topic: str) -> None:
    await _explain(chat, member_id, "tiers")


async def _explain(chat: Chat, member_id: int, about: str) -> None:
    blocks = await _blocks(chat, member_id, about)
    if not blocks:
        return await chat.say("why/nothing")
    lines = [line for block in blocks for line in block]
    lines.append(chat.phrase("why/more"))
    await chat.say(f"why/{about}", count=len(blocks), lines="\n".join(lines))


async def _blocks(chat: Chat, member_id: int, about: str) -> list[list[str]]:
    """For everything there is to explain, its lines."""
    match about:
        case "coupons":
            return [coupon_lines(chat, origin) for origin in await coupon_origins(member_id)]
        case "price":
            return [await price_lines(chat, member_id)]
        case "tiers":
            return [tier_lines(chat, await tier_move(chat.shop, member_id))]
        case _:
            found = await movements(member_id, about)
            return [movement_lines(chat, movement, about) for movement in found]
