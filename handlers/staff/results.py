"""成效: what came of a campaign or a group send: who wrote back, who bought, and who would have."""

from bot.chat import Chat
from bot.routing import Router
from loyalty.money import yuan_text
from services.campaigns.results import (
    MEASURED_DAYS,
    SMALLEST_GROUP,
    Figures,
    Group,
    Results,
    SaidBack,
    results_of,
)
from services.org.staff import Right
from services.tickets.opening import clock_text

router = Router()


@router.staff("成效", Right.BROADCAST, takes=(1, 1), usage="results/usage", help="results/help")
async def show_results(chat: Chat, arguments: tuple[str, ...]) -> None:
    found = await results_of(chat.shop, chat.person, arguments[0], key=chat.key)
    await chat.say(
        "results/report",
        name=found.name,
        messages=_messages(chat, found.messages) + _unreached(chat, found.unreached),
        replied=found.replied,
        unhappy=found.unhappy,
        answers=_answers(chat, found),
        days=MEASURED_DAYS,
        treated=_group(chat, found.treated),
        held_out=_group(chat, found.held_out),
        verdict=chat.phrase(f"results/verdict_{found.verdict}", least=SMALLEST_GROUP),
        replies=_replies(chat, found),
    )


def _messages(chat: Chat, figures: Figures) -> str:
    ends = ("sent", "failed", "suppressed", "unknown", "on_the_way")
    counts = {name: getattr(figures, name) for name in ends}
    return chat.phrase("results/messages", all=figures.audience, **counts)


def _unreached(chat: Chat, people: int) -> str:
    return chat.phrase("results/unreached", people=people) if people else ""


def _group(chat: Chat, group: Group) -> str:
    return chat.phrase(
        "results/group",
        people=group.people,
        buyers=group.buyers,
        percent=f"{group.permille // 10}.{group.permille % 10}",
        spent=yuan_text(group.spent_fen),
    )


def _answers(chat: Chat, found: Results) -> str:
    if not found.question:
        return ""
    counts = [
        chat.phrase("results/answer", answer=answer, count=count) for answer, count in found.answers
    ]
    return "\n" + chat.phrase("results/answers", question=found.question, counts=" · ".join(counts))


def _replies(chat: Chat, found: Results) -> str:
    if not found.replies:
        return ""
    lines = "\n".join(_reply(chat, line) for line in found.replies)
    return "\n" + chat.phrase("results/replies", lines=lines)


def _reply(chat: Chat, said: SaidBack) -> str:
    wording = "results/reply_with_ticket" if said.ticket_id else "results/reply"
    at = clock_text(chat.shop, said.at)
    return chat.phrase(wording, at=at, text=said.text, ticket=said.ticket_id)
