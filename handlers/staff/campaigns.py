"""营销: which campaigns there are and what came of them; stop, open, and give one more budget.

渠道码: the code whose scan sets one off, as a picture.
"""

from bot.chat import Chat
from bot.routing import Router
from handlers.staff.proposing import propose
from loyalty.money import yuan_text
from services.campaigns.codes import send_channel_code
from services.campaigns.desk import (
    CampaignCard,
    State,
    campaign_card,
    campaign_cards,
    trigger_about,
)
from services.org.staff import Right

router = Router()
ORDERS = {"停": "campaign_stop", "开": "campaign_open"}
# What somebody may want to do next; what goes on can be stopped.
NEXT = {
    State.STOPPED: "open",
    State.UNREAD: "unread",
    State.UNAPPROVED: "approve",
    State.OVER: "over",
    State.OUT_OF_BUDGET: "budget",
}


@router.staff("营销", Right.CAMPAIGN, takes=(0, 3), usage="campaigns/usage", help="campaigns/help")
async def campaigns(chat: Chat, arguments: tuple[str, ...]) -> None:
    match arguments:
        case ():
            await _list(chat)
        case ("停" | "开" as order, code):
            await propose(chat, ORDERS[order], (code,))
        case ("预算", code, amount):
            await propose(chat, "campaign_budget", (code, amount))
        case (code,):
            await _show(chat, await campaign_card(chat.shop, chat.person, code))
        case _:
            await chat.say("campaigns/usage")


@router.staff(
    "渠道码",
    Right.CAMPAIGN,
    takes=(1, 1),
    usage="campaigns/usage_code",
    help="campaigns/help_code",
)
async def show_code(chat: Chat, arguments: tuple[str, ...]) -> None:
    channel = await send_channel_code(chat.shop, chat.person, arguments[0], key=chat.key)
    await chat.say("campaigns/code_coming", channel=channel)


async def _list(chat: Chat) -> None:
    cards = await campaign_cards(chat.shop, chat.person)
    if not cards:
        return await chat.say("campaigns/none")
    lines = [chat.phrase("campaigns/line", **_facts(chat, card)) for card in cards]
    await chat.say("campaigns/list", lines="\n".join(lines))


async def _show(chat: Chat, card: CampaignCard) -> None:
    terms = card.campaign.terms
    lines = [chat.phrase("campaigns/trigger", trigger=_trigger(chat, card))]
    if terms.audience:
        lines.append(chat.phrase("campaigns/audience", audience=terms.audience))
    if card.unread:
        why = chat.phrase(card.unread.wording, **card.unread.facts)
        lines.append(chat.phrase("campaigns/audience_unread", why=why))
    if terms.hold_out:
        lines.append(chat.phrase("campaigns/hold_out", percent=terms.hold_out))
    if card.stock_left is not None:
        lines.append(chat.phrase("campaigns/stock_left", left=card.stock_left))
    if card.budget_left_fen is not None:
        left = yuan_text(max(0, card.budget_left_fen))
        lines.append(chat.phrase("campaigns/budget_left", yuan=left))
    if card.waiting:
        lines.append(chat.phrase("campaigns/waiting", people=card.waiting))
    if card.refused:
        lines.append(chat.phrase("campaigns/refused", people=card.refused))
    next_word = NEXT.get(card.state, "stop")
    following = chat.phrase(f"campaigns/next_{next_word}", code=card.campaign.code)
    await chat.say("campaigns/card", lines="\n".join(lines), next=following, **_facts(chat, card))


def _trigger(chat: Chat, card: CampaignCard) -> str:
    terms = card.campaign.terms
    facts = {"about": trigger_about(card.campaign), "days": terms.about.removesuffix("d")}
    return chat.phrase(f"campaigns/trigger_{terms.kind}", **facts)


def _facts(chat: Chat, card: CampaignCard) -> dict[str, object]:
    unreached = chat.phrase("campaigns/unreached", people=card.unreached) if card.unreached else ""
    return {
        "unreached": unreached,
        "code": card.campaign.code,
        "title": card.campaign.terms.title,
        "state": chat.phrase(f"campaigns/state_{card.state}"),
        "treated": card.treated,
        "held_out": card.held_out,
        "cost": yuan_text(card.cost_fen),
    }
