"""工单图片: a picture belongs to the ticket that is being written, else to the newest open one."""

from collections.abc import Mapping

from bot.chat import Chat
from bot.dialogue import Answers, Progress
from bot.pushes import ImageMessage
from bot.routing import Router
from handlers.member.feedback import (
    complaint,
    feedback,
    suggestion,
    unnamed_complaint,
    unnamed_feedback,
)
from handlers.member.suggestion_box import box, box_draft, unnamed_box
from handlers.member.tickets import adding
from services.tickets.opening import Draft, TicketKind, clock_text
from services.tickets.pictures import add_picture, open_with_picture

router = Router()
# What a picture opens while one of these asks for words.
ASKING: Mapping[str, tuple[TicketKind, bool]] = {
    feedback.name: (TicketKind.FEEDBACK, False),
    suggestion.name: (TicketKind.SUGGESTION, False),
    complaint.name: (TicketKind.COMPLAINT, False),
    unnamed_feedback.name: (TicketKind.FEEDBACK, True),
    unnamed_complaint.name: (TicketKind.COMPLAINT, True),
}


@router.push(ImageMessage)
async def picture(chat: Chat) -> None:
    asked = chat.progress or Progress("")
    draft = _draft(chat, asked)
    if draft is not None:
        return await _open(chat, draft)
    number = int(str(asked.answers["number"])) if asked.dialogue == adding.name else None
    await _add(chat, number)


async def _open(chat: Chat, draft: Draft) -> None:
    """The question stays open: what is written next goes to the same ticket."""
    ticket = await open_with_picture(chat.shop, chat.person, draft, _media_id(chat), key=chat.key)
    chat.progress = Progress(adding.name, {"number": ticket.id})
    await chat.say(
        "service/picture_opened",
        number=ticket.id,
        kind=chat.phrase(f"tickets/kind_{ticket.kind}"),
        promise=clock_text(chat.shop, ticket.promise_at),
    )


async def _add(chat: Chat, number: int | None) -> None:
    added = await add_picture(
        chat.shop, chat.person, _media_id(chat), key=chat.key, ticket_id=number
    )
    promise = clock_text(chat.shop, added.promise_at)
    await chat.say("service/picture_added", number=added.ticket.id, promise=promise)


def _draft(chat: Chat, asked: Progress) -> Draft | None:
    if asked.dialogue in ASKING:
        kind, anonymous = ASKING[asked.dialogue]
        return Draft(kind, "", anonymous=anonymous)
    answers: Answers = asked.answers
    if asked.dialogue in (box.name, unnamed_box.name):
        return box_draft(chat, answers, "", anonymous=asked.dialogue == unnamed_box.name)
    return None


def _media_id(chat: Chat) -> str:
    assert isinstance(chat.body, ImageMessage)
    return chat.body.media_id
