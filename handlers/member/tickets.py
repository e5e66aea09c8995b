"""我的工单、补充、评价、重开: what people do with what they asked."""

from bot.chat import Chat
from bot.dialogue import Answers, Dialogue
from bot.routing import Router
from handlers.member.arguments import has_words, number_behind
from handlers.member.feedback import read_words
from services.tickets.endings import rate_ticket, reopen_ticket
from services.tickets.opening import Ticket, clock_text
from services.tickets.own_tickets import (
    TicketLine,
    TicketStep,
    add_to_ticket,
    own_ticket_sheet,
    own_tickets,
)
from services.tickets.texts import pages_of

router = Router(topic="服务")
adding = router.dialogue(Dialogue("ticket_add"))
adding.ask("text", prompt="tickets/ask_more", free_text="but_words")(read_words)
RATINGS = ("1", "2", "3", "4", "5")
LOW = 2
# How the state of a ticket leads on.
NEXT = {
    "new": ("due", "add"),
    "taken": ("due", "add"),
    "waiting": ("waiting",),
    "resolved": ("reopen",),
    "closed": ("reopen",),
}


@router.command("我的工单", "工单", help="words/tickets")
async def show_mine(chat: Chat) -> None:
    found = await own_tickets(chat.person)
    if not found:
        return await chat.say("tickets/none_yet")
    await chat.say("tickets/mine", lines="\n".join(_line(chat, ticket) for ticket in found))


@router.understand(number_behind("工单"), is_certain=True, takes_text=has_words)
async def show_one(chat: Chat, asked: tuple[int, str]) -> None:
    number, rest = asked
    page = int(rest) if rest.isdecimal() and len(rest) < 4 else 1
    sheet = await own_ticket_sheet(chat.shop, chat.person, number)
    pages = pages_of([_said(chat, line) for line in sheet.lines])
    page = min(max(page, 1), len(pages))
    more = [chat.phrase("tickets/page_more", number=number, page=page + 1)]
    await chat.say(
        "tickets/own",
        number=number,
        kind=chat.phrase(f"tickets/kind_{sheet.ticket.kind}"),
        state=chat.phrase(f"tickets/state_{sheet.ticket.state}"),
        lines="\n".join(pages[page - 1]),
        more="\n".join((more if page < len(pages) else []) + _next(chat, sheet.ticket)),
    )


@router.understand(number_behind("补充"), is_certain=True, takes_text=has_words)
async def add(chat: Chat, asked: tuple[int, str]) -> None:
    number, text = asked
    if not text:
        return await chat.open(adding, {"number": number}, number=number)
    await _add(chat, number, text)


@adding.done
async def add_answer(chat: Chat, answers: Answers) -> None:
    await _add(chat, int(str(answers["number"])), str(answers["text"]))


@router.understand(number_behind("评价"), is_certain=True, takes_text=has_words)
async def rate(chat: Chat, asked: tuple[int, str]) -> None:
    number, given = asked
    if given not in RATINGS:
        return await chat.say("tickets/rate_how", number=number)
    rating = int(given)
    await rate_ticket(chat.shop, chat.person, number, rating, key=chat.key)
    wording = "tickets/rated_low" if rating <= LOW else "tickets/rated"
    await chat.say(wording, rating=rating, number=number)


@router.understand(number_behind("重开"), is_certain=True, takes_text=has_words)
async def reopen(chat: Chat, asked: tuple[int, str]) -> None:
    ticket = await reopen_ticket(chat.shop, chat.person, asked[0], key=chat.key)
    promise = clock_text(chat.shop, ticket.due_at or ticket.promise_at)
    await chat.say("tickets/reopened", number=ticket.id, promise=promise)


async def _add(chat: Chat, number: int, text: str) -> None:
    chat.close()
    promise_at = await add_to_ticket(chat.shop, chat.person, number, text, key=chat.key)
    promise = clock_text(chat.shop, promise_at)
    await chat.say("tickets/added", number=number, promise=promise)


def _line(chat: Chat, ticket: Ticket) -> str:
    return chat.phrase(
        "tickets/mine_line",
        number=ticket.id,
        kind=chat.phrase(f"tickets/kind_{ticket.kind}"),
        state=chat.phrase(f"tickets/state_{ticket.state}"),
        day=clock_text(chat.shop, ticket.created_at),
    )


def _said(chat: Chat, line: TicketLine) -> str:
    """A step in one line; who answered is named as staff are."""
    words = line.text or chat.phrase(f"tickets/step_{line.step}")
    if line.picture_id is not None:
        words = chat.phrase("tickets/own_message_picture") + line.text
    if line.is_erased:
        words = chat.phrase("tickets/text_erased")
    elif line.step == TicketStep.RATE:
        words = chat.phrase("tickets/own_rating", rating=line.text)
    facts = {"at": clock_text(chat.shop, line.at), "text": words, "who": line.who}
    return chat.phrase(f"tickets/own_message_{'staff' if line.who else 'member'}", **facts)


def _next(chat: Chat, ticket: Ticket) -> list[str]:
    promise = clock_text(chat.shop, ticket.due_at) if ticket.due_at else ""
    facts = {"number": ticket.id, "promise": promise}
    names = [name for name in NEXT[ticket.state] if name != "due" or promise]
    return [chat.phrase(f"tickets/more_{name}", **facts) for name in names]
