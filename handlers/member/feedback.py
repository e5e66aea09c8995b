"""反馈、建议、投诉、人工: what people say to people; each gets a number and a promise."""

from bot.chat import Chat
from bot.dialogue import Answer, Answers, AskAgain, Dialogue
from bot.routing import Router
from handlers.member.arguments import has_words, text_behind
from services.tickets.opening import (
    LONGEST_TEXT,
    Draft,
    Ticket,
    TicketKind,
    clock_text,
    open_ticket,
)
from services.tickets.own_tickets import call_human

router = Router()


def read_words(text: str) -> Answer:
    """Refused while the question is still open, so that nobody writes it all again."""
    if not text.strip():
        raise AskAgain("tickets/text_needed")
    if len(text) > LONGEST_TEXT:
        raise AskAgain("tickets/text_too_long", longest=LONGEST_TEXT)
    return text


def _asking(kind: TicketKind, *, anonymous: bool = False) -> Dialogue:
    """A dialogue of one question, for whoever sends the bare word."""
    name = f"ticket_{kind}_unnamed" if anonymous else f"ticket_{kind}"
    dialogue = router.dialogue(Dialogue(name))
    dialogue.ask("text", prompt=f"tickets/ask_{kind}", free_text="but_words")(read_words)

    @dialogue.done
    async def done(chat: Chat, answers: Answers) -> None:
        await open_by_words(chat, Draft(kind, str(answers["text"]), anonymous=anonymous))

    return dialogue


feedback = _asking(TicketKind.FEEDBACK)
suggestion = _asking(TicketKind.SUGGESTION)
complaint = _asking(TicketKind.COMPLAINT)
unnamed_feedback = _asking(TicketKind.FEEDBACK, anonymous=True)
unnamed_complaint = _asking(TicketKind.COMPLAINT, anonymous=True)


@router.command("反馈", "意见反馈", "意见", "提意见", "我要反馈", help="words/feedback")
async def ask_feedback(chat: Chat) -> None:
    await chat.open(feedback)


@router.command("建议", "提建议", "我要建议")
async def ask_suggestion(chat: Chat) -> None:
    await chat.open(suggestion)


@router.command("投诉", "我要投诉", help="words/complaint")
async def ask_complaint(chat: Chat) -> None:
    await chat.open(complaint)


@router.command("匿名反馈")
async def ask_unnamed_feedback(chat: Chat) -> None:
    await chat.open(unnamed_feedback)


@router.command("匿名投诉")
async def ask_unnamed_complaint(chat: Chat) -> None:
    await chat.open(unnamed_complaint)


@router.command("人工", "人工客服", "客服", "转人工", "找客服", help="words/human")
async def call(chat: Chat) -> None:
    await say_opened(chat, await call_human(chat.shop, chat.person, "", key=chat.key))


@router.understand(
    text_behind("反馈", "意见反馈", "意见", "提意见", "我要反馈"),
    is_certain=True,
    takes_text=has_words,
)
async def send_feedback(chat: Chat, text: str) -> None:
    await open_by_words(chat, Draft(TicketKind.FEEDBACK, text))


@router.understand(text_behind("建议", "提建议", "我要建议"), is_certain=True, takes_text=has_words)
async def send_suggestion(chat: Chat, text: str) -> None:
    await open_by_words(chat, Draft(TicketKind.SUGGESTION, text))


@router.understand(text_behind("投诉", "我要投诉"), is_certain=True, takes_text=has_words)
async def send_complaint(chat: Chat, text: str) -> None:
    await open_by_words(chat, Draft(TicketKind.COMPLAINT, text))


@router.understand(text_behind("匿名反馈", "匿名建议"), is_certain=True, takes_text=has_words)
async def send_unnamed_feedback(chat: Chat, text: str) -> None:
    await open_by_words(chat, Draft(TicketKind.FEEDBACK, text, anonymous=True))


@router.understand(text_behind("匿名投诉"), is_certain=True, takes_text=has_words)
async def send_unnamed_complaint(chat: Chat, text: str) -> None:
    await open_by_words(chat, Draft(TicketKind.COMPLAINT, text, anonymous=True))


@router.understand(
    text_behind("人工", "人工客服", "转人工", "找客服"), is_certain=True, takes_text=has_words
)
async def call_with_words(chat: Chat, text: str) -> None:
    _leave_own_question(chat)
    await say_opened(chat, await call_human(chat.shop, chat.person, text, key=chat.key))


async def open_by_words(chat: Chat, draft: Draft) -> None:
    _leave_own_question(chat)
    await say_opened(chat, await open_ticket(chat.shop, chat.person, draft, key=chat.key))


async def say_opened(chat: Chat, ticket: Ticket) -> None:
    wording = "tickets/opened_unnamed" if ticket.is_anonymous else "tickets/opened"
    await chat.say(
        wording,
        number=ticket.id,
        kind=chat.phrase(f"tickets/kind_{ticket.kind}"),
        promise=clock_text(chat.shop, ticket.promise_at),
    )


def _leave_own_question(chat: Chat) -> None:
    """What it asked for has just been said; the question of another word stays open."""
    if chat.progress is not None and chat.progress.dialogue.startswith("ticket_"):
        chat.close()
