"""注销: a member leaves, after seeing what would be lost and once what is stored is paid out."""

from datetime import datetime, timedelta

from bot.chat import Chat
from bot.dialogue import Answer, Answers, Dialogue, NotMeant
from bot.routing import Router
from handlers.membership import members_only
from loyalty.money import yuan_text
from services.people.closing import (
    Leaving,
    MoneyLeft,
    ask_for_money,
    close_member,
    what_leaving_costs,
)
from services.people.consents import hash_of
from services.tickets.opening import clock_text

LEAVE = "确认注销"
MEANT_FOR = timedelta(minutes=5)

router = Router(topic="资料")
leaving = router.dialogue(Dialogue("leaving"))


@router.command("注销", "注销会员", "退会", help="words/leaving")
@members_only
async def ask(chat: Chat, member_id: int) -> None:
    costs = await what_leaving_costs(chat.shop, member_id)
    if costs.held_fen:
        return await chat.say("rights/payment_first", yuan=yuan_text(costs.held_fen))
    if costs.principal_fen:
        return await _pay_out_first(chat, costs)
    await _show(chat, costs)


@router.command(LEAVE)
@members_only
async def agreed_too_late(chat: Chat, member_id: int) -> None:
    """Something else was said since; what leaving costs has to be seen right before the yes."""
    await chat.say("rights/leaving_over")


@leaving.ask("yes", prompt="rights/leaving", offers=(LEAVE,))
def read_yes(text: str) -> Answer:
    if text != LEAVE:
        raise NotMeant
    return True


@leaving.done
async def leave(chat: Chat, answers: Answers) -> None:
    """Only what was shown a moment ago is agreed to; anything new is shown first."""
    member_id = chat.person.member_id
    if member_id is not None:
        costs = await what_leaving_costs(chat.shop, member_id)
        is_late = chat.shop.now() > datetime.fromisoformat(str(answers["until"]))
        if is_late or answers["shown"] != hash_of(_text(chat, costs)):
            return await _show(chat, costs)
    try:
        closed = await close_member(
            chat.shop, chat.person, shown_text=str(answers["text"]), key=chat.key
        )
    except MoneyLeft:
        assert member_id is not None, "whoever has left has nothing left"
        return await _pay_out_first(chat, await what_leaving_costs(chat.shop, member_id))
    await chat.say("rights/closed", brand=chat.shop.rules.brand_name, member_no=closed.member_no)


async def _show(chat: Chat, costs: Leaving) -> None:
    until = (chat.shop.now() + MEANT_FOR).isoformat()
    text = _text(chat, costs)
    answers: Answers = {"shown": hash_of(text), "text": text, "until": until}
    await chat.open(leaving, answers, **_facts(costs))


async def _pay_out_first(chat: Chat, costs: Leaving) -> None:
    ticket = await ask_for_money(chat.shop, chat.person, key=chat.key)
    await chat.say(
        "rights/money_first",
        yuan=yuan_text(costs.principal_fen),
        ticket=ticket.id,
        promise=clock_text(chat.shop, ticket.promise_at),
    )


def _text(chat: Chat, costs: Leaving) -> str:
    return chat.phrase("rights/leaving", **_facts(costs))


def _facts(costs: Leaving) -> dict[str, object]:
    return {
        "member_no": costs.member_no,
        "points": costs.points + costs.pending,
        "coupons": costs.coupons,
        "bonus": yuan_text(costs.bonus_fen),
    }
