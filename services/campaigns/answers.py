"""Answers (回访回答): what somebody taps under a campaign's question; a bad one opens a ticket."""

from dataclasses import dataclass

from loyalty.campaigns import AskForm
from loyalty.person import Person
from loyalty.refusals import Refusal
from services.campaigns.turns import campaign_named
from services.shop import Shop
from services.tickets.opening import Draft, Ticket, TicketKind, open_ticket_in
from storage.campaign_answers import add_answer, answer_to
from storage.campaigns import effect_by_id
from storage.people import lock_follower
from storage.transactions import transactional


class QuestionUnknown(Refusal):
    """Nobody was asked this, or somebody else."""

    wording = "campaigns/question_unknown"


class AnswerUnknown(Refusal):
    """None of the answers that were offered."""

    wording = "campaigns/answer_unknown"


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer that counts, and the ticket that a bad one opened."""

    answer: str
    is_bad: bool
    ticket: Ticket | None = None


@transactional
async def answer_question(
    shop: Shop, person: Person, number: int, answer: str, *, key: str
) -> Answered:
    """`number` is the effect that asked; the first answer counts."""
    await lock_follower(person.follower_id)
    effect = await effect_by_id(number)
    if effect is None or person.member_id is None or effect["member_id"] != person.member_id:
        raise QuestionUnknown
    question = question_of(shop, effect["campaign"])
    if question is None:
        raise QuestionUnknown
    if answer not in question.answers:
        raise AnswerUnknown(answers="、".join(question.answers))
    is_bad = answer in question.bad
    added = await add_answer(
        key=key,
        effect_id=number,
        member_id=person.member_id,
        answer=answer,
        is_bad=is_bad,
        answered_at=shop.now(),
    )
    if not added:
        return await _first_answer(shop, person, question, number)
    return Answered(answer, is_bad, await _ticket(shop, person, question, answer, number=number))


async def _first_answer(shop: Shop, person: Person, question: AskForm, number: int) -> Answered:
    first = await answer_to(number)
    if first is None:
        # This message has answered another question.
        raise QuestionUnknown
    answer = str(first["answer"])
    ticket = await _ticket(shop, person, question, answer, number=number)
    return Answered(answer, bool(first["is_bad"]), ticket)


async def _ticket(
    shop: Shop, person: Person, question: AskForm, answer: str, *, number: int
) -> Ticket | None:
    """One a question, so that the same answer again finds the same ticket."""
    if answer not in question.bad:
        return None
    text = shop.phrase("campaigns/ticket", {"question": question.question, "answer": answer})
    draft = Draft(TicketKind.FEEDBACK, text)
    return await open_ticket_in(shop, person, draft, key=f"campaign-answer:{number}")


def question_of(shop: Shop, code: str) -> AskForm | None:
    """What a campaign asks by now, if it asks."""
    campaign = campaign_named(shop, code)
    actions = campaign.actions if campaign else ()
    return next((action for action in actions if isinstance(action, AskForm)), None)
