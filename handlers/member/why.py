"""为什么: the rule and the figures behind the last number told, in plain words."""

from collections.abc import Mapping
from typing import Any, cast

from bot.chat import Chat
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.member.why_words import (
    awaited_lines,
    coupon_lines,
    movement_lines,
    price_lines,
    tier_lines,
)
from handlers.membership import members_only
from services.ledger.explaining import coupon_origins, movements, tier_move
from services.ledger.points import points_balance
from services.ledger.told import Told, last_told
from services.purchases.awaited import AwaitedPoints, awaited_points, receipt_told
from services.tiers.progress import tier_progress

router = Router()
# The topic of the sentence said last → what it was about; anything else was about points.
ABOUT = {
    "wallet": "wallet",
    "tiers": "tiers",
    "coupons": "coupons",
    "exchange": "coupons",
    "gifts": "coupons",
    "price": "price",
    "claims": "receipt",
}
# What cannot be explained without what was kept with it.
RESTING = {"price": "price", "receipt": "receipt"}
EXPLAINED = {f"why/{about}": about for about in ("coupons", "wallet", "tiers", *RESTING)}


@router.command("为什么", "为啥", "怎么算的", help="words/why")
@members_only
async def explain_last(chat: Chat, member_id: int) -> None:
    told = await last_told(chat.shop, chat.person)
    # Whoever asks once more asks about the same.
    chat.rests_on(**told.grounds)
    await _explain(chat, member_id, _about(told))


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


def _about(told: Told) -> str:
    if told.sentence in EXPLAINED:
        return EXPLAINED[told.sentence]
    about = ABOUT.get(told.topic, "points")
    if about in RESTING and RESTING[about] not in told.grounds:
        return "points"
    return about


async def _explain(chat: Chat, member_id: int, about: str) -> None:
    blocks = await _blocks(chat, member_id, about)
    if not blocks and about == "receipt":
        return await _explain(chat, member_id, "points")
    if not blocks:
        return await chat.say("why/nothing")

    def facts_of(shown: int) -> dict[str, object]:
        lines = [line for block in blocks[:shown] for line in block]
        if about == "coupons" and shown < len(blocks):
            lines.append(chat.phrase("why/coupons_left", count=len(blocks) - shown))
        lines.append(chat.phrase("why/more"))
        return {"count": shown, "lines": "\n".join(lines)}

    await chat.say_most(f"why/{about}", len(blocks), facts_of)


async def _blocks(chat: Chat, member_id: int, about: str) -> list[list[str]]:
    """For everything there is to explain, its lines."""
    match about:
        case "coupons":
            origins = await coupon_origins(chat.shop, member_id)
            return [coupon_lines(chat, origin) for origin in origins]
        case "receipt":
            return await _receipt_blocks(chat, member_id)
        case "price":
            return [price_lines(chat)]
        case "tiers":
            move = await tier_move(chat.shop, member_id)
            return [tier_lines(chat, move, await _tier_facts(chat, member_id))]
        case _:
            found = await movements(member_id, about)
            blocks = [movement_lines(chat, movement, about) for movement in found]
            return [*await _awaited(chat, member_id, about), *blocks]


async def _receipt_blocks(chat: Chat, member_id: int) -> list[list[str]]:
    found = await receipt_told(member_id, cast("list[int]", chat.grounds["receipt"]))
    return [
        awaited_lines(chat, one)
        if isinstance(one, AwaitedPoints)
        else movement_lines(chat, one, "points")
        for one in found
    ]


async def _awaited(chat: Chat, member_id: int, about: str) -> list[list[str]]:
    """What 积分 tells as on its way."""
    if about != "points":
        return []
    found = await awaited_points(member_id)
    blocks = [awaited_lines(chat, awaited) for awaited in found]
    pending = (await points_balance(chat.shop, member_id)).pending if found else 0
    if more := pending - sum(awaited.points for awaited in found):
        blocks.append([chat.phrase("why/more_awaited", points=more)])
    return blocks


async def _tier_facts(chat: Chat, member_id: int) -> Mapping[str, Any]:
    """As they were told; who asks by name is told those of now."""
    if "tiers" in chat.grounds:
        return cast("Mapping[str, Any]", chat.grounds["tiers"])
    return (await tier_progress(chat.shop, member_id)).facts
