"""Stored facts in words (说明): a line for what happened, and below it how it was reckoned."""

from collections.abc import Mapping
from typing import Any, cast

from bot.chat import Chat
from handlers.member.price import step_line
from loyalty.money import yuan_text
from services.ledger.explaining import CouponOrigin, Movement, TierMove
from services.purchases.awaited import AwaitedPoints

BY = {"campaign", "activity", "exchange", "gift", "join", "tier_gift"}


def movement_lines(chat: Chat, movement: Movement, about: str) -> list[str]:
    """What a ledger transaction was, what it moved, by which rules, and the reckoning."""
    amount = _points(chat, movement) if about == "points" else _money(chat, movement)
    line = chat.phrase(
        "why/line",
        day=movement.day,
        what=chat.phrase(f"points/kind_{movement.what}", **movement.facts),
        amount=amount,
        version=movement.facts.get("rules", "-"),
        number=movement.number,
    )
    details = DETAILS.get(movement.what)
    return [line, *(details(chat, dict(movement.facts)) if details else [])]


def coupon_lines(chat: Chat, origin: CouponOrigin) -> list[str]:
    facts = dict(origin.facts)
    cause = chat.phrase(f"why/by_{_giver(facts)}", **facts)
    terms = ""
    if origin.threshold_fen:
        terms = chat.phrase("why/coupon_threshold", yuan=yuan_text(origin.threshold_fen))
    version = facts.get("rules", "-")
    return [
        chat.phrase("why/coupon", name=origin.name, code=origin.code, cause=cause, version=version),
        chat.phrase("why/coupon_terms", terms=terms, last_day=origin.ends_on),
    ]


def _giver(facts: dict[str, Any]) -> str:
    if "ticket" in facts:
        return "remedy"
    by = str(facts.get("by") or facts.get("what") or "")
    return by if by in BY else "shop"


def awaited_lines(chat: Chat, awaited: AwaitedPoints) -> list[str]:
    """Points that are on their way, or of a receipt that brought none."""
    facts = dict(awaited.facts)
    sentence = "why/awaits_upload" if awaited.due_on is None else "why/awaits_day"
    line = chat.phrase(
        "why/receipt_without_points" if awaited.is_settled else sentence,
        day=awaited.day,
        yuan=yuan_text(awaited.paid_fen),
        points=awaited.points,
        due_on=awaited.due_on,
        version=facts.get("rules", "-"),
    )
    return [line, *(_purchase(chat, facts) if facts else [])]


def price_lines(chat: Chat) -> list[str]:
    """The price that was told, with the rules and the steps it was told by."""
    price = cast("dict[str, Any]", chat.grounds["price"])
    steps = [step_line(chat, step) for step in price["steps"]]
    return [chat.phrase("why/price_rule", **price), *steps, chat.phrase("why/price_sum", **price)]


def tier_lines(chat: Chat, move: TierMove | None, told: Mapping[str, Any]) -> list[str]:
    """How the member came to the rung, and what was told of it: from the figures that decided."""
    lines = _move_lines(chat, move)
    if (yuan := chat.grounds.get("spends")) is not None:
        lines.append(chat.phrase("why/tier_what_if", yuan=yuan))
    for name, facts in told.items():
        lines += [chat.phrase(f"why/tier_asked_{name}", tier=facts["tier_name"])]
        lines += _figure_lines(chat, facts)
    return lines


def _move_lines(chat: Chat, move: TierMove | None) -> list[str]:
    if move is None:
        tiers = chat.shop.rules.tiers
        return [chat.phrase("why/tier_base", tier=tiers[0].name if tiers else "")]
    line = chat.phrase(f"why/tier_{move.reason}", day=move.day, tier=move.tier)
    return [line, *_figure_lines(chat, move.facts)]


def _figure_lines(chat: Chat, facts: Mapping[str, Any]) -> list[str]:
    if "conditions" not in facts:
        return []
    sentence = "why/tier_window" if facts.get("first_day") else "why/tier_ever"
    first_day, last_day = facts.get("first_day"), facts.get("last_day")
    version = facts.get("rules", "-")
    lines = [chat.phrase(sentence, first_day=first_day, last_day=last_day, version=version)]
    if len(facts["conditions"]) > 1 and "match" in facts:
        lines.append(chat.phrase(f"why/tier_match_{facts['match']}"))
    return lines + [_condition(chat, condition) for condition in facts["conditions"]]


def _condition(chat: Chat, condition: dict[str, Any]) -> str:
    measure, have, need = condition["measure"], condition["have"], condition["need"]
    if measure != "visits":  # growth is kept in hundredths, which read like fen
        have, need = yuan_text(have), yuan_text(need)
    return chat.phrase(f"why/tier_{measure}", have=have, need=need)


def _points(chat: Chat, movement: Movement) -> str:
    points = movement.amounts.get("points", 0)
    words = [chat.phrase("why/points_amount", sign=_sign(points), points=abs(points))]
    if movement.debt:
        debt = movement.debt
        words.append(chat.phrase("why/debt", sign=_sign(debt), points=abs(debt)))
    return " ".join(words)


def _money(chat: Chat, movement: Movement) -> str:
    principal, bonus = (movement.amounts.get(unit, 0) for unit in ("principal", "bonus"))
    return chat.phrase(
        "why/money_amount",
        principal=_sign(principal) + yuan_text(abs(principal)),
        bonus=_sign(bonus) + yuan_text(abs(bonus)),
    )


def _sign(amount: int) -> str:
    return "-" if amount < 0 else "+"


def _purchase(chat: Chat, facts: dict[str, Any]) -> list[str]:
    base = yuan_text(facts["base_fen"])
    lines = [chat.phrase("why/purchase", base=base, per_yuan=facts["per_yuan"])]
    if boost := facts.get("multiplier"):
        lines.append(_multiplier(chat, boost, facts["base_fen"]))
    for boost in facts.get("bonuses", ()):
        lines.append(chat.phrase("why/bonus", name=boost["name"], points=boost["points"]))
    if refunded_fen := facts.get("refunded_fen"):
        lines.append(chat.phrase("why/refunded_before", yuan=yuan_text(refunded_fen)))
    given_fen = facts.get("bonus_paid_fen", 0)
    other_fen = facts.get("net_fen", 0) - given_fen - facts["base_fen"]
    if given_fen:
        lines.append(chat.phrase("why/paid_with_bonus", yuan=yuan_text(given_fen)))
    if other_fen > 0:
        lines.append(chat.phrase("why/not_earning", yuan=yuan_text(other_fen)))
    if "uncapped" in facts:
        lines.append(chat.phrase("why/capped", uncapped=facts["uncapped"]))
    return lines


def _multiplier(chat: Chat, boost: dict[str, Any], base_fen: int) -> str:
    """A boost of some goods multiplies only their share."""
    covered_fen = boost.get("covered_fen", base_fen)
    sentence = "why/multiplier" if covered_fen == base_fen else "why/multiplier_of_part"
    covered, percent = yuan_text(covered_fen), boost["percent"]
    return chat.phrase(sentence, name=boost["name"], covered=covered, percent=percent)


def _refund(chat: Chat, facts: dict[str, Any]) -> list[str]:
    return [chat.phrase("why/refund", deserved=facts["deserved"])]


def _paid(chat: Chat, facts: dict[str, Any]) -> list[str]:
    return [
        chat.phrase(
            "why/pair",
            paid=yuan_text(pair["paid_fen"]),
            given=yuan_text(pair["given_fen"]),
            principal=yuan_text(pair["principal_fen"]),
            bonus=yuan_text(pair["bonus_fen"]),
        )
        for pair in facts["pairs"]
    ]


def _topup(chat: Chat, facts: dict[str, Any]) -> list[str]:
    return [chat.phrase("why/topup", yuan=facts["yuan"], bonus=facts["bonus"])]


def _card_refund(chat: Chat, facts: dict[str, Any]) -> list[str]:
    figures = facts["figures"]
    return [
        chat.phrase(
            "why/card_refund",
            paid=yuan_text(figures["paid_fen"]),
            used=yuan_text(figures["used_fen"]),
            used_principal=yuan_text(figures["used_principal_fen"]),
            refund=yuan_text(figures["refund_fen"]),
        )
    ]


DETAILS = {
    "purchase": _purchase,
    "refund": _refund,
    "paid_stored": _paid,
    "topup": _topup,
    "card_refund": _card_refund,
}
