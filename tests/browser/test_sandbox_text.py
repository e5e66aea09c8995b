"""What the sandbox page says (界面文字): the same sentences in both languages."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "sandbox" / "web"
SENTENCE = re.compile(r'^  "([a-z_.]+)":\s*"(.*)",$', re.MULTILINE)


def dictionary(language: str) -> dict[str, str]:
    """A sentence too long for its line stands on the next one."""
    text = (WEB / "text" / f"{language}.js").read_text(encoding="utf-8")
    return dict(SENTENCE.findall(re.sub(r'":\n\s+"', '": "', text)))


def gaps(sentence: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", sentence))


def test_both_languages_say_the_same_sentences() -> None:
    chinese, english = dictionary("zh"), dictionary("en")
    assert len(chinese) > 100
    assert set(chinese) == set(english)
    assert [key for key in chinese if gaps(chinese[key]) != gaps(english[key])] == []


@pytest.mark.parametrize("place", ["index.html", "script"])
def test_every_sentence_the_page_names_is_in_the_dictionary(place: str) -> None:
    files = [WEB / place] if place.endswith(".html") else sorted((WEB / place).glob("*.js"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    named = re.findall(
        r'\b(?:say|label|title|hint|closeLabel)(?:=|: |\()"([a-z]+\.[a-z_.]+)"', text
    )
    assert len(named) > 10
    assert set(named) <= set(dictionary("zh"))
