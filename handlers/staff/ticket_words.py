"""Words for tickets (工单的写法): the queue, one ticket and the figures, as staff read them."""

from collections.abc import Mapping

from bot.chat import Chat
from services.tickets.figures import ServiceFigures, TicketFigures, tier_name
from services.tickets.opening import clock_text
from services.tickets.queues import Queue, Ticket, TicketLine, TicketSheet
from services.tickets.telling import facts_of_ticket
from services.tickets.texts import pages_of

PAGE, WAITING = "页", "等待"
MINUTE, HOUR, DAY = 60, 3600, 86400


async def say_queue(chat: Chat, queue: Queue, *, waiting: bool, page: int) -> None:
    if not queue.count:
        return await chat.say("tickets/queue_empty", waiting=queue.waiting)
    wording = "tickets/queue_waiting" if waiting else "tickets/queue"
    more = [chat.phrase("tickets/queue_more", page=page + 1)] if queue.has_more else []
    if queue.waiting and not waiting:
        more.append(chat.phrase("tickets/queue_waiting_word", word=WAITING))
    await chat.say(
        wording,
        count=queue.count,
        waiting=queue.waiting,
        lines="\n".join(_queued(chat, ticket) for ticket in queue.tickets),
        more="\n".join(more),
    )


async def say_sheet(chat: Chat, sheet: TicketSheet, *, page: int) -> None:
    ticket = sheet.ticket
    pages = pages_of([_said(chat, line) for line in sheet.lines])
    page = min(page, len(pages))
    more = [chat.phrase("tickets/page_more", number=ticket.id, page=page + 1)]
    await chat.say(
        "tickets/ticket",
        **facts_of_ticket(chat.shop, ticket),
        state=chat.phrase(f"tickets/staff_state_{ticket.state}"),
        who=_who(chat, sheet),
        mark=_mark(chat, ticket),
        owner=_owner(chat, sheet),
        lines="\n".join(pages[page - 1]),
        more="\n".join(more if page < len(pages) else []),
    )


async def say_figures(chat: Chat, figures: TicketFigures, *, days: int) -> None:
    if not figures.whole.count:
        return await chat.say("tickets/figures_none", days=days)
    kinds = {chat.phrase(f"tickets/kind_{kind}"): found for kind, found in figures.kinds.items()}
    tiers = {
        chat.phrase("tickets/figures_tier", tier=tier): found
        for tier, found in figures.tiers.items()
    }
    await chat.say(
        "tickets/figures",
        days=days,
        count=figures.whole.count,
        kept=_percent(chat, figures.whole.kept_percent),
        lines="\n".join([*_figures(chat, kinds), *_figures(chat, tiers)]),
    )


def _queued(chat: Chat, ticket: Ticket) -> str:
    facts = facts_of_ticket(chat.shop, ticket)
    state = chat.phrase(f"tickets/staff_state_{ticket.state}")
    waited = chat.shop.now() - ticket.created_at
    words = [facts["kind"], _tier(chat, ticket), facts["where"], state]
    about = " ".join(str(word) for word in words if word)
    age = _length(chat, int(waited.total_seconds()))
    return chat.phrase(
        "tickets/queue_line", number=ticket.id, about=about, age=age, mark=_mark(chat, ticket)
    )


def _said(chat: Chat, line: TicketLine) -> str:
    what = chat.phrase(f"tickets/step_{line.step}")
    picture = "" if line.picture_id is None else chat.phrase("tickets/own_message_picture")
    text = chat.phrase("tickets/text_erased") if line.is_erased else picture + line.text
    wording = f"tickets/message_{'staff' if line.who else 'member'}{'' if text else '_plain'}"
    at = clock_text(chat.shop, line.at)
    return chat.phrase(wording, at=at, what=what, text=text, who=line.who)


def _who(chat: Chat, sheet: TicketSheet) -> str:
    if sheet.member is not None:
        facts = {"name": sheet.member.name_masked, "member_no": sheet.member.member_no}
        return chat.phrase("tickets/who_member", tier=_tier(chat, sheet.ticket), **facts)
    is_unnamed = sheet.ticket.is_anonymous
    return chat.phrase("tickets/who_unnamed" if is_unnamed else "tickets/who_follower")


def _owner(chat: Chat, sheet: TicketSheet) -> str:
    ticket = sheet.ticket
    if not sheet.owner:
        wording = "tickets/owner_nobody_ended" if ticket.has_ended else "tickets/owner_nobody"
        return chat.phrase(wording, number=ticket.id)
    if ticket.due_at is None:
        return chat.phrase("tickets/owner_quiet", who=sheet.owner)
    promise = clock_text(chat.shop, ticket.due_at)
    return chat.phrase("tickets/owner_is", who=sheet.owner, promise=promise)


def _tier(chat: Chat, ticket: Ticket) -> str:
    return "" if ticket.member_id is None else tier_name(chat.shop, ticket.tier_rank)


def _mark(chat: Chat, ticket: Ticket) -> str:
    is_late = ticket.is_overdue(chat.shop.now())
    return " " + chat.phrase("tickets/queue_overdue") if is_late else ""


def _figures(chat: Chat, found: Mapping[str, ServiceFigures]) -> list[str]:
    return [_figures_line(chat, name, figures) for name, figures in found.items()]


def _figures_line(chat: Chat, name: str, figures: ServiceFigures) -> str:
    if figures.median_seconds is None or figures.ninth_seconds is None:
        # Only a promise that is over already counts without a reply.
        how = "unanswered" if figures.kept_percent is None else "late"
        return chat.phrase(f"tickets/figures_line_{how}", name=name, count=figures.count)
    return chat.phrase(
        "tickets/figures_line",
        name=name,
        count=figures.count,
        median=_length(chat, figures.median_seconds),
        ninth=_length(chat, figures.ninth_seconds),
        kept=_percent(chat, figures.kept_percent),
    )


def _percent(chat: Chat, percent: int | None) -> str:
    if percent is None:
        return chat.phrase("tickets/nothing_measured")
    return chat.phrase("tickets/percent", percent=percent)


def _length(chat: Chat, seconds: int) -> str:
    """In the largest unit of which there are two or more."""
    if seconds < 2 * HOUR:
        return chat.phrase("tickets/age_minutes", count=seconds // MINUTE)
    if seconds < 2 * DAY:
        return chat.phrase("tickets/age_hours", count=seconds // HOUR)
    return chat.phrase("tickets/age_days", count=seconds // DAY)
