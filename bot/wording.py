"""Wording (话术): the shop's own sentences, loaded from templates/chat and filled with facts.

A wording is named "topic/sentence". Facts are put in by plain replacement, never by a template
engine: what a member typed stays text (reliability B31).
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "templates" / "chat"
PLACE = re.compile(r"\{(\w+)\}")
# A word in 【】 becomes a tappable link that sends the word (wechat-platform 3).
TAPPABLE = re.compile(r"【([^】]+)】")


class WordingFault(LookupError):
    """A sentence is missing or names a fact that was not given."""


class Wordings:
    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = dict(sentences)

    def __contains__(self, name: str) -> bool:
        return name in self._sentences

    def names(self) -> list[str]:
        return sorted(self._sentences)

    def places(self, name: str) -> set[str]:
        return set(PLACE.findall(self._sentences[name]))

    def fill(self, name: str, facts: Mapping[str, object]) -> str:
        sentence = self._sentences.get(name)
        if sentence is None:
            raise WordingFault(f"no wording {name!r} in templates/chat")

        def value(place: re.Match[str]) -> str:
            if place[1] not in facts:
                raise WordingFault(f"wording {name!r} wants the fact {place[1]!r}")
            return str(facts[place[1]])

        return PLACE.sub(value, TAPPABLE.sub(_link, sentence)).strip()


def load_wordings(folder: Path = FOLDER) -> Wordings:
    sentences: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        for name, sentence in tomllib.loads(path.read_text(encoding="utf-8")).items():
            sentences[f"{path.stem}/{name}"] = sentence
    return Wordings(sentences)


def _link(found: re.Match[str]) -> str:
    word = found[1]
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={word}&msgmenuid={word}">{word}</a>'
