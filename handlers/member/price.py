"""算 128, or a bare 128: what a member would pay for this amount, with the best that counts."""

from collections.abc import Callable, Mapping

from bot.chat import Chat
from bot.routing import Router
from handlers.member.arguments import AMOUNT, behind
from handlers.membership import members_only
from loyalty.money import fen_from_text, yuan_text
from services.purchases.amount_prices import Hint, Step, price_of_amount

router = Router()
# Six digits in a row are a code somebody was asked for, not an amount.
BARE = r"[1-9][0-9]{0,4}(?:\.[0-9]{1,2})?|0\.[0-9]{1,2}"


def _bare_amount(*, unit: str) -> Callable[[Chat], str | None]:
    """Without any word, from members only."""
    read = behind("", shape=BARE, unit=unit)
    return lambda chat: read(chat) if chat.person.is_member else None


@router.command("算", "算价", help="words/price")
@members_only
async def explain_asking(chat: Chat, member_id: int) -> None:
    await chat.say("price/how")


@router.understand(_bare_amount(unit="[元块]?"))
@router.understand(behind("算", r"算\s*一下", shape=AMOUNT, unit="[元块]?"))
@members_only
async def tell_price(chat: Chat, member_id: int, amount: str) -> None:
    told = await price_of_amount(chat.shop, member_id, fen_from_text(amount))
    best = told.best
    steps = [_facts(step, best.points) for step in best.steps]
    lines = [step_line(chat, step) for step in steps]
    if best.points:
        payable = yuan_text(told.without_points_fen)
        lines.append(chat.phrase("price/without_points", payable=payable))
    if told.hint is not None:
        lines.append(_hint(chat, told.hint))
    price = {"payable": yuan_text(best.payable_fen), "total": yuan_text(best.total_fen)}
    tier = {"tier": told.tier.name, "percent": told.tier.discount_percent, "version": told.rules}
    chat.rests_on(price={**price, **tier, "steps": steps})
    await chat.say("price/answer", lines="\n".join(lines), **price)


def step_line(chat: Chat, step: Mapping[str, object]) -> str:
    """One reduction in words, from its facts."""
    return chat.phrase(f"price/{step['kind']}", **step)


def _facts(step: Step, points: int) -> dict[str, object]:
    off = yuan_text(-step.amount_fen)
    return {"kind": str(step.kind), "name": step.label, "points": points, "off": off}


def _hint(chat: Chat, hint: Hint) -> str:
    return chat.phrase(
        "price/hint",
        more=yuan_text(hint.more_fen),
        name=hint.name,
        payable=yuan_text(hint.payable_fen),
    )
