"""多轮对话: one question after the other; what is stored survives a restart."""

import pytest

from bot.dialogue import SKIP, AskAgain, Dialogue, Progress


def called(text: str) -> str:
    if not text:
        raise AskAgain("details/bad_name", longest=20)
    return text


def asked() -> Dialogue:
    dialogue = Dialogue("visit")
    dialogue.ask("name", prompt="visit/name")(called)
    dialogue.ask("guests", prompt="visit/guests", may_skip=True)(int)
    dialogue.ask("agrees", prompt="visit/agrees", offers=("是", "否"))(lambda text: text == "是")
    return dialogue


def test_questions_are_asked_in_their_order() -> None:
    dialogue, progress = asked(), Progress("visit")
    for answer, prompt in (("王小明", "visit/name"), ("3", "visit/guests"), ("是", "visit/agrees")):
        question = dialogue.question(progress)
        assert question is not None
        assert question.prompt == prompt
        progress = dialogue.advance(progress, answer)
    assert dialogue.question(progress) is None
    assert progress.answers == {"name": "王小明", "guests": 3, "agrees": True}


def test_moving_forward_leaves_the_earlier_progress_as_it_was() -> None:
    before = Progress("visit")
    asked().advance(before, "王小明")
    assert before == Progress("visit", {})


def test_a_question_that_may_be_skipped_is_answered_with_nothing() -> None:
    progress = asked().advance(Progress("visit", {"name": "王小明"}), SKIP)
    assert progress.answers == {"name": "王小明", "guests": None}


def test_a_question_that_must_be_answered_takes_the_word_as_an_answer() -> None:
    assert asked().advance(Progress("visit"), SKIP).answers == {"name": SKIP}


def test_an_answer_that_does_not_fit_is_asked_for_again() -> None:
    with pytest.raises(AskAgain) as again:
        asked().advance(Progress("visit"), "")
    assert (again.value.wording, again.value.facts) == ("details/bad_name", {"longest": 20})


@pytest.mark.parametrize(
    "progress",
    [
        Progress("visit"),
        Progress(
            "visit", {"name": "王\n小明 {x} 【y】", "guests": 3, "agrees": True, "note": None}
        ),
    ],
)
def test_progress_is_stored_and_read_back_as_it_was(progress: Progress) -> None:
    assert Progress.from_text(progress.as_text()) == progress


def test_without_a_stored_text_no_question_is_open() -> None:
    assert Progress.from_text(None) is None


def test_a_finished_dialogue_is_never_asked_on() -> None:
    done = Progress("visit", {"name": "王小明", "guests": 3, "agrees": True})
    with pytest.raises(AssertionError, match="finished"):
        asked().advance(done, "是")
