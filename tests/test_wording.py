"""The shop's sentences and the code that says them fit together, word for word."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

import handlers
from bot.replies import LONGEST_TEXT_BYTES
from bot.routing import handler_modules, table_of
from bot.web import FOLDER as PAGES
from bot.wording import FOLDER, PLACE, TAPPABLE, load_wordings
from tests.handlers.tour import take_the_tour
from tests.shop import shop_with_a_past
from tests.source_code import python_files, tree_of

OURS = ("bot", "handlers", "services", "loyalty", "storage", "scheduler")
WORDINGS = load_wordings()
TOPICS = {name.partition("/")[0] for name in WORDINGS.names()}
NAME = re.compile(r"[a-z_]+/[a-z_]+")
SAYING = {"say", "phrase", "_phrase", "fill", "AskAgain", "BadDetail"}
# Sentences of rules that no door reaches yet, or that are not said in a conversation.
NOT_ON_THE_TOUR = {
    "broadcast/no_content": "said to operators, who can type nothing at all",
    "broadcast/operator_confirms": "said to operators",
    "broadcast/rehearsal_needed": "said when a rehearsal grows old at this very moment",
    "help/apology": "said by the door when something broke",
    "coupons/more": "nobody on the tour has more coupons than one message holds",
    "activities/more": "the shop of the tour has fewer activities than one message holds",
    "why/coupons_left": "nobody on the tour has more coupons than one message holds",
    "exchange/more": "the shop of the tour has fewer rewards than one message holds",
    "coupons/ending": "a notice, put together when it leaves",
    "gifts/link_lost": "said when the key of a login was changed meanwhile",
    "points/kind_exchange_returned": "nobody on the tour lets a reward of that kind lapse",
    "points/ending": "a notice, put together when it leaves",
    "tiers/no_ladder": "the shop of the tour has a ladder",
    "campaigns/said": "a campaign's message, whose text is put in when it leaves",
    "campaigns/question": "a campaign's question, which is put together when it leaves",
    "tiers/benefit_added": "a line of a notice of changed benefits",
    "tiers/benefit_gone": "a line of a notice of changed benefits",
    "tiers/benefit_price": "a line of a notice of changed benefits",
    "tiers/told_benefits": "a notice, put together when it leaves",
    "tiers/told_reached": "a notice, put together when it leaves",
    "tiers/told_grace": "a notice, put together when it leaves",
    "tiers/told_stepped_down": "a notice, put together when it leaves",
    "tiers/told_returned": "a notice, put together when it leaves",
    "tiers/told_ending": "a notice, put together when it leaves",
    "wallet/payment_under_way": "said to staff who give a card back",
    "wallet/nothing_stored": "said to staff who give a card back",
    "wallet/topup_used": "said to staff who take a top-up back",
    "wallet/too_late_to_withdraw": "said to staff who take a top-up back",
    "wallet/withdrawal_off": "the shop of the tour gives seven days",
    "staff/alone_limit_reached": "said when two top-ups are confirmed out of order",
    "merging/just_merged": "said when somebody was merged at this very moment",
    "merging/hold_under_way": "said to staff who merge while a till holds money",
    "points/kind_closed": "whoever has left sees no bill",
    "staff/birthdays_more": "nobody on the tour has thirty members of one birthday",
    "rights/export_too_large": "nobody on the tour has a hundred thousand members",
    "rights/money_came_back": "said when somebody who has left returns what was paid with value",
    "points/unit_visits": "no visits are posted yet",
    "points/kind_campaign_back": "nobody on the tour returns what set off a campaign",
    "points/kind_tier_gift_back": "nobody on the tour returns what raised a tier",
    "claims/because_given_money": "nobody on the tour pays with a gift alone",
    "why/paid_with_bonus": "nobody on the tour pays with a gift first",
}
# They tell staff which places a text may have.
SHOWS_PLACES = {"broadcast/ask_content", "broadcast/place_unknown"}


@cache
def sentences_named() -> tuple[set[str], set[str]]:
    """Names of wordings in the code: in full, and as patterns where a part is filled in."""
    full, patterns = set[str](), set[str]()
    for path in python_files(*OURS):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and is_a_name(node.value):
                full.add(str(node.value))
            elif isinstance(node, ast.JoinedStr) and is_a_name(pattern := pattern_of(node)):
                patterns.add(pattern)
    return full, patterns


def is_a_name(text: object) -> bool:
    topic, slash, rest = str(text).partition("/")
    return bool(slash) and topic in TOPICS and re.fullmatch(r"[a-z_]*[a-z*]+", rest) is not None


def pattern_of(node: ast.JoinedStr) -> str:
    """`claims/*` for f"claims/{answer.state}"."""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values
    )


def fits(name: str, pattern: str) -> bool:
    return re.fullmatch(pattern.replace("*", "[a-z_]+"), name) is not None


def names_said() -> list[tuple[str, str]]:
    """(place, name) wherever a sentence is said under a literal name."""
    calls = [
        (f"{path}:{node.lineno}", node.args[0])
        for path in python_files(*OURS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and node.args and callee_of(node) in SAYING
    ]
    return [(place, str(name.value)) for place, name in calls if isinstance(name, ast.Constant)]


def callee_of(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def test_every_sentence_that_is_said_stands_in_the_templates() -> None:
    said = names_said()
    assert len(said) > 40
    assert [(place, name) for place, name in said if name not in WORDINGS] == []
    full, patterns = sentences_named()
    assert [name for name in full if name not in WORDINGS] == []
    assert [p for p in patterns if not any(fits(name, p) for name in WORDINGS.names())] == []


def test_every_sentence_in_the_templates_is_said_somewhere() -> None:
    full, patterns = sentences_named()
    unused = [
        name
        for name in WORDINGS.names()
        if name not in full and not any(fits(name, pattern) for pattern in patterns)
    ]
    assert unused == []


def causes_of_postings() -> set[str]:
    """What stands behind "what" in any cause a use case writes down."""
    entries = [
        (key, value)
        for path in python_files("services")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
    ]
    return {
        str(value.value)
        for key, value in entries
        if isinstance(key, ast.Constant) and key.value == "what" and isinstance(value, ast.Constant)
    }


def test_whatever_moves_points_has_words_for_the_bill() -> None:
    causes = causes_of_postings()
    assert {"join", "purchase", "expiry"} <= causes
    assert [cause for cause in causes if f"points/kind_{cause}" not in WORDINGS] == []


def test_every_word_a_reader_can_tap_is_understood() -> None:
    table = table_of(handler_modules(handlers))
    offers = {
        offer
        for dialogue in table.dialogues.values()
        for question in dialogue.questions
        for offer in question.offers
    }
    known = set(table.commands) | offers
    for path in FOLDER.glob("*.toml"):
        for name, sentence in sentences_of(path).items():
            tapped = {word for word in TAPPABLE.findall(sentence) if not PLACE.search(word)}
            unknown = {word for word in tapped - known if table.staff_word(word) is None}
            assert not unknown, f"{path.stem}/{name}"


def test_help_and_prompts_have_their_sentences() -> None:
    table = table_of(handler_modules(handlers))
    helps = {command.help for command in table.commands.values() if command.help}
    prompts = {q.prompt for dialogue in table.dialogues.values() for q in dialogue.questions}
    assert [name for name in helps | prompts if name not in WORDINGS] == []


def sentences_of(path: Path) -> dict[str, str]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_members_are_spoken_to_in_chinese(path: Path) -> None:
    assert NAME.fullmatch(f"{path.stem}/x")
    for name, sentence in sentences_of(path).items():
        shown = PLACE.sub("", sentence)
        assert not re.search(r"[A-Za-z]{2,}[ ,.]+[A-Za-z]{2,}", shown), f"{path.stem}/{name}"
        assert not re.search(r"[,!?;:](?![\w/])", shown), f"{path.stem}/{name}"
        assert sentence.strip(), f"{path.stem}/{name}"


async def test_on_a_tour_every_sentence_is_said_with_all_its_facts(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with shop_with_a_past(tmp_path, tmp_path_factory.getbasetemp()) as shop:
        await take_the_tour(shop)
        texts = dict(shop.wordings.said)
        too_long = {n for n, text in shop.wordings.said if len(text.encode()) > LONGEST_TEXT_BYTES}
    assert set(WORDINGS.names()) - set(texts) == set(NOT_ON_THE_TOUR)
    assert too_long == set()
    unfilled = {name for name, text in texts.items() if "{" in text or "None" in text}
    assert unfilled <= SHOWS_PLACES


def test_every_page_is_shown_somewhere_and_every_page_shown_exists() -> None:
    shown = {
        str(node.args[0].value)
        for path in python_files("handlers")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and callee_of(node) == "page"
        and isinstance(node.args[0], ast.Constant)
    }
    assert shown == {path.stem for path in PAGES.glob("*.html")} - {"base"}
