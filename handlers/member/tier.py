"""等级与权益: where a member stands, what is missing to the next rung, what a rung is good for."""

from bot.chat import Chat
from bot.routing import Router
from handlers.member.arguments import AMOUNT, behind
from handlers.membership import members_only
from loyalty.money import fen_from_text, yuan_text
from services.tiers.progress import (
    Keeping,
    Standards,
    Tier,
    TierProgress,
    benefits_of,
    tier_after_spending,
    tier_progress,
)
from services.tiers.rungs import tier_of
from services.tiers.words import condition_lines

router = Router()
NEXT = {"any": "tiers/next_any", "all": "tiers/next_all"}
KEEP = {"any": "tiers/keep_any", "all": "tiers/keep_all"}


@router.command("等级", "我的等级", "会员等级", help="words/tier")
@members_only
async def show_tier(chat: Chat, member_id: int) -> None:
    if not chat.shop.rules.tiers:
        return await chat.say("tiers/no_ladder")
    progress = await tier_progress(chat.shop, member_id)
    chat.rests_on(tiers=progress.facts)
    growth = progress.measures.growth // 100
    sentence = "tiers/growth_so_far" if progress.window_days else "tiers/growth_ever"
    lines = [
        chat.phrase(sentence, days=progress.window_days, growth=growth),
        *_next_lines(chat, progress.next),
        *_keep_lines(chat, progress),
        *_visit_lines(chat, progress),
    ]
    await chat.say("tiers/standing", tier=progress.tier.name, lines="\n".join(lines))


@router.understand(behind("等级", shape=AMOUNT, unit="元?"))
@members_only
async def show_outlook(chat: Chat, member_id: int, amount: str) -> None:
    """`等级 500`: what if I spend 500."""
    if not chat.shop.rules.tiers:
        return await chat.say("tiers/no_ladder")
    amount_fen = fen_from_text(amount)
    outlook = await tier_after_spending(chat.shop, member_id, amount_fen)
    yuan = yuan_text(amount_fen)
    chat.rests_on(tiers=outlook.facts, spends=yuan)
    await chat.say(
        "tiers/what_if_rises" if outlook.rises else "tiers/what_if_stays",
        yuan=yuan,
        tier=outlook.tier.name,
        lines="\n".join(_next_lines(chat, outlook.next)),
    )


@router.command("权益", "我的权益", "会员权益", help="words/benefits")
@members_only
async def show_benefits(chat: Chat, member_id: int) -> None:
    if not chat.shop.rules.tiers:
        return await chat.say("tiers/no_ladder")
    benefits = benefits_of(chat.shop, await tier_of(chat.shop, member_id))
    lines = _benefit_lines(chat, benefits.tier)
    if benefits.points_per_yuan:
        lines.append(chat.phrase("tiers/earning", points=benefits.points_per_yuan))
    lines += [chat.phrase("tiers/boost", name=name) for name in benefits.boosts]
    if benefits.next:
        lines.append(chat.phrase("tiers/benefits_next", tier=benefits.next.name))
        lines += _benefit_lines(chat, benefits.next)
    await chat.say("tiers/benefits", tier=benefits.tier.name, lines="\n".join(lines))


def _next_lines(chat: Chat, asked: Standards | None) -> list[str]:
    if asked is None:
        return [chat.phrase("tiers/highest")]
    sentence = NEXT[asked.tier.match] if len(asked.conditions) > 1 else "tiers/next"
    return [chat.phrase(sentence, tier=asked.tier.name), *condition_lines(chat.shop, asked)]


def _keep_lines(chat: Chat, progress: TierProgress) -> list[str]:
    keeping, tier = progress.keeping, progress.tier
    if keeping is None:
        return [chat.phrase("tiers/no_review", tier=tier.name)]
    span = chat.phrase(
        "tiers/span_days" if progress.window_days else "tiers/span_ever",
        until=keeping.until_on,
        days=progress.window_days,
    )
    sentence = KEEP[tier.match] if len(keeping.asked.conditions) > 1 else "tiers/keep"
    lines = [
        chat.phrase(sentence, span=span),
        *condition_lines(chat.shop, keeping.asked),
        _review_line(chat, keeping),
    ]
    if keeping.pinned_until:
        lines.append(chat.phrase("tiers/pinned", until=keeping.pinned_until))
    if keeping.is_grace:
        lines.append(chat.phrase("tiers/in_grace", until=keeping.until_on))
    return lines


def _visit_lines(chat: Chat, progress: TierProgress) -> list[str]:
    """What counts as a visit, where visits count."""
    asked = [progress.next, progress.keeping.asked if progress.keeping else None]
    if not progress.visit_from_fen or not any(item and item.tier.visits for item in asked):
        return []
    return [chat.phrase("tiers/visit", yuan=yuan_text(progress.visit_from_fen))]


def _review_line(chat: Chat, keeping: Keeping) -> str:
    facts = {"day": keeping.review_on, "days": keeping.grace_days, "lower": keeping.lower.name}
    if keeping.is_kept:
        return chat.phrase("tiers/review_kept", **facts)
    sentence = "tiers/review_grace" if keeping.grace_days else "tiers/review_lower"
    return chat.phrase(sentence, **facts)


def _benefit_lines(chat: Chat, tier: Tier) -> list[str]:
    lines = []
    if tier.discount_percent < 100:
        whole, rest = divmod(tier.discount_percent, 10)
        discount = f"{whole}.{rest}" if rest else str(whole)
        lines.append(chat.phrase("tiers/discount", discount=discount))
    return lines + [chat.phrase("tiers/benefit", benefit=line) for line in tier.benefits]
