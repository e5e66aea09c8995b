"""兑换: what can be had for points, and giving points for it after a yes."""

from bot.chat import Chat
from bot.dialogue import Answer, Answers, Dialogue, NotMeant, Progress
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.membership import members_only
from services.coupons.exchanges import RewardChanged, exchange_points
from services.coupons.points_mall import Mall, RewardOffer, visit_mall

YES = "确认"

router = Router(topic="券")
confirmation = router.dialogue(Dialogue("exchange"))


@router.command("兑换", "积分商城", "积分兑换", help="words/exchange")
@members_only
async def show_mall(chat: Chat, member_id: int) -> None:
    mall = await visit_mall(chat.shop, member_id)
    if not mall.offers:
        return await chat.say("exchange/empty")
    await chat.say_most(
        "exchange/list",
        len(mall.offers),
        lambda shown: {"balance": mall.balance, "lines": _lines(chat, mall, shown)},
    )


@router.understand(behind("兑换", shape="[0-9]{1,3}"), is_certain=True)
@members_only
async def choose(chat: Chat, member_id: int, number: str) -> None:
    mall = await visit_mall(chat.shop, member_id)
    offer = mall.numbered(int(number))
    await chat.open(confirmation, _answers(offer), **_facts(offer, mall))


@confirmation.ask("sure", prompt="exchange/ask", offers=(YES,))
def read_yes(text: str) -> Answer:
    if text != YES:
        raise NotMeant
    return True


@confirmation.done
async def exchange(chat: Chat, answers: Answers) -> None:
    """The reward and the price that were shown are what is meant, whatever the list says now."""
    assert chat.person.member_id is not None, "only members were asked"
    code, points = str(answers["reward"]), int(str(answers["points"]))
    try:
        done = await exchange_points(
            chat.shop, chat.person.member_id, code, shown_points=points, key=chat.key
        )
    except RewardChanged:
        return await _ask_again(chat, chat.person.member_id, code)
    await chat.say(
        "exchange/done",
        name=done.name,
        code=done.coupon.code,
        last_day=done.coupon.ends_on,
        points=done.points,
        balance=done.balance,
    )


async def _ask_again(chat: Chat, member_id: int, code: str) -> None:
    """At the price of now, if it still can be had."""
    mall = await visit_mall(chat.shop, member_id)
    offer = mall.coded(code)
    chat.progress = Progress(confirmation.name, _answers(offer))
    await chat.say("exchange/changed", **_facts(offer, mall))


def _answers(offer: RewardOffer) -> Answers:
    """What the yes will be about."""
    return {"reward": offer.code, "points": offer.points}


def _facts(offer: RewardOffer, mall: Mall) -> dict[str, object]:
    return {"name": offer.name, "points": offer.points, "rest": mall.balance - offer.points}


def _lines(chat: Chat, mall: Mall, most: int) -> str:
    """The cheapest come first; the number of any other is taken as well."""
    lines = [_line(chat, offer) for offer in mall.offers[:most]]
    if left := len(mall.offers) - most:
        first, last = mall.offers[most].number, mall.offers[-1].number
        lines.append(chat.phrase("exchange/more", count=left, first=first, last=last))
    return "\n".join(lines)


def _line(chat: Chat, offer: RewardOffer) -> str:
    wording = "exchange/line"
    if offer.is_sold_out:
        wording = "exchange/line_sold_out"
    elif offer.missing:
        wording = "exchange/line_missing"
    return chat.phrase(
        wording,
        number=offer.number,
        name=offer.name,
        points=offer.points,
        missing=offer.missing,
    )
