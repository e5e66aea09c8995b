"""消费时核对: the second line of a claim's reply asks whether one detail is still right."""

from dataclasses import replace

from bot.chat import Chat
from bot.dialogue import Answer, Answers, Dialogue, NotMeant, Progress
from bot.routing import Router
from handlers.member.details import ask_for
from handlers.membership import members_only
from services.details.checks import check_after_claim, confirm_detail
from services.purchases.claims import ClaimAnswer, FoundToken

STILL, CHANGED = "还是", "换了"
IN_THE_PROGRAMME = ("credited", "pending")

router = Router()
check = router.dialogue(Dialogue("detail_check"))


async def ask_after_claim(chat: Chat, found: FoundToken, answer: ClaimAnswer) -> None:
    """Put the question below what was just said; an open question is not pushed aside."""
    is_free = chat.progress is None or chat.progress.dialogue == check.name
    if chat.person.member_id is None or answer.state not in IN_THE_PROGRAMME or not is_free:
        return
    assert found.receipt is not None, "it was claimed"
    asked = await check_after_claim(chat.shop, chat.person.member_id, found.receipt.receipt)
    if asked is None:
        return
    question = chat.phrase(f"details/check_{asked.name}", value=asked.masked)
    said = chat.said[-1]
    chat.said[-1] = replace(said, value=f"{said.value}\n{question}")
    chat.progress = Progress(check.name, {"name": asked.name})


@check.ask("answer", prompt="details/check_phone", offers=(STILL, CHANGED))
def read_answer(text: str) -> Answer:
    """Anything else is about something else: the question was only a courtesy."""
    if text not in (STILL, CHANGED):
        raise NotMeant
    return text == STILL


@check.done
@members_only
async def take_answer(chat: Chat, member_id: int, answers: Answers) -> None:
    name = str(answers["name"])
    if not answers["answer"]:
        return await ask_for(chat, name)
    await confirm_detail(chat.shop, member_id, name, key=chat.key)
    await chat.say("details/confirmed")
