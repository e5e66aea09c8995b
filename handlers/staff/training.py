"""培训: the quiz of staff, a question at a time, each answer explained."""

import hashlib

from bot.chat import Chat
from bot.dialogue import Answer, Answers, AskAgain, Dialogue, Progress
from bot.routing import Router
from services.org.staff import Right
from services.org.training import (
    Attempt,
    finish_quiz,
    question_of,
    the_quiz,
    trained_until,
    verdict_on,
)

NUMBERS = ("1", "2", "3")

router = Router()
training = router.dialogue(Dialogue("training"))


@router.staff("培训", Right.TRAIN, help="training/help")
async def begin(chat: Chat, arguments: tuple[str, ...]) -> None:
    until = await trained_until(chat.person)
    said = "training/never" if until is None else "training/passed_before"
    await _start(chat, chat.phrase(said, until=until))


@training.ask("answer", prompt="training/answer_again", offers=NUMBERS)
def read_answer(text: str) -> Answer:
    if text not in NUMBERS:
        raise AskAgain("training/answer_again")
    return text


@training.done
async def take_answer(chat: Chat, answers: Answers) -> None:
    attempt = Attempt(int(str(answers["version"])), str(answers["seed"]), str(answers["given"]))
    answer = str(answers["answer"])
    if question_of(attempt) is None:
        return await _start(chat, chat.phrase("training/another_quiz"))
    verdict = verdict_on(attempt, answer)
    said = "training/right" if verdict.is_right else "training/wrong"
    so_far = Attempt(attempt.version, attempt.seed, attempt.given + answer)
    await _go_on(chat, so_far, before=chat.phrase(said, why=verdict.why))


async def _start(chat: Chat, before: str) -> None:
    # Another message, another order; the same message delivered again, the same.
    seed = hashlib.sha256(chat.key.encode()).hexdigest()[:16]
    quiz = the_quiz()
    about = chat.phrase(
        "training/begin", count=len(quiz.questions), percent=quiz.pass_percent, months=quiz.months
    )
    await _go_on(chat, Attempt(quiz.version, seed), before=f"{before}\n{about}")


async def _go_on(chat: Chat, attempt: Attempt, *, before: str) -> None:
    question = question_of(attempt)
    if question is None:
        return await _finish(chat, attempt, before=before)
    state: Answers = {"version": attempt.version, "seed": attempt.seed, "given": attempt.given}
    chat.progress = Progress(training.name, state)
    one, two, three = question.answers
    await chat.say(
        "training/question",
        before=before,
        number=len(attempt.given) + 1,
        count=len(the_quiz().questions),
        text=question.text,
        one=one,
        two=two,
        three=three,
    )


async def _finish(chat: Chat, attempt: Attempt, *, before: str) -> None:
    score = await finish_quiz(chat.shop, chat.person, attempt, key=chat.key)
    said = "training/failed" if score.until is None else "training/passed"
    facts = {"percent": score.percent, "needed": score.pass_percent, "until": score.until}
    await chat.say(said, before=before, **facts)
