"""积分与账单: what a member can ask about points and the lines behind them."""

from datetime import date, timedelta

from bot.chat import Chat
from bot.routing import Router
from handlers.membership import members_only
from loyalty.money import yuan_text
from services.ledger.bills import BillLine, newest_bills
from services.ledger.points import points_balance
from services.messages.subscriptions import asking_link

# As the notice itself goes out.
SOON = timedelta(days=30)

router = Router()


@router.command("积分", "我的积分", "查积分", help="words/points")
@members_only
async def show_points(chat: Chat, member_id: int) -> None:
    balance = await points_balance(chat.shop, member_id)
    lines = [chat.phrase("points/pending", points=balance.pending)] if balance.pending else []
    lines += [chat.phrase("points/debt", debt=balance.debt)] if balance.debt else []
    lines += [
        chat.phrase("points/expiry", expires_on=expiry.expires_on, points=expiry.points)
        for expiry in balance.next_expiries
    ]
    if not balance.next_expiries:
        lines.append(chat.phrase("points/no_expiry"))
    elif (link := await _reminder(chat, balance.next_expiries[0].expires_on)) is not None:
        lines.append(chat.phrase("points/remind_me", link=link))
    await chat.say("points/balance", points=balance.points, lines="\n".join(lines))


async def _reminder(chat: Chat, expires_on: str) -> str | None:
    """The right moment to ask is when somebody sees what is about to go."""
    if date.fromisoformat(expires_on) - chat.shop.today() > SOON:
        return None
    return await asking_link(chat.shop, chat.person, "points/ending")


@router.command("账单", "我的账单", "明细", help="words/bills")
@members_only
async def show_bills(chat: Chat, member_id: int) -> None:
    bills = await newest_bills(chat.shop, member_id)
    if not bills:
        return await chat.say("points/bills_empty")
    await chat.say("points/bills", lines="\n".join(_line(chat, bill) for bill in bills))


def _line(chat: Chat, bill: BillLine) -> str:
    what = chat.phrase(f"points/kind_{bill.kind}", **bill.facts)
    if bill.is_debt:
        sentence = "points/bill_owed" if bill.amount < 0 else "points/bill_repaid"
        return chat.phrase(sentence, day=bill.day, what=what, points=abs(bill.amount))
    return chat.phrase(
        "points/bill_line",
        day=bill.day,
        what=what,
        amount=("+" if bill.amount > 0 else "-") + _number(bill.unit, abs(bill.amount)),
        unit=chat.phrase(f"points/unit_{bill.unit}"),
    )


def _number(unit: str, amount: int) -> str:
    """Stored value is counted in fen, growth in hundredths, which only show where there are any."""
    if unit in ("principal", "bonus"):
        return yuan_text(amount)
    if unit == "growth":
        return yuan_text(amount).removesuffix(".00")
    return str(amount)
