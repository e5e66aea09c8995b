"""The pages (文档) as the tests read them: prose, fences of code, links, files that fences name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.source_code import ROOT

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("README*.md"), ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md"))
)
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
NAMED = re.compile(r"(?:#|--) ([\w./-]+\.\w+)(, .*)?\n")


@dataclass(frozen=True, slots=True)
class Fence:
    """A block of code. An example names its file in its first line, perhaps with a place in it."""

    language: str
    text: str

    @property
    def file(self) -> str:
        found = NAMED.match(self.text)
        return found[1] if found else ""

    @property
    def is_whole_file(self) -> bool:
        found = NAMED.match(self.text)
        return found is not None and found[2] is None

    @property
    def content(self) -> str:
        """Without the line that names the file."""
        return self.text.partition("\n")[2] if self.file else self.text


@cache
def text_of_page(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@cache
def fences_of(page: str) -> tuple[Fence, ...]:
    found = FENCE.findall(text_of_page(page))
    return tuple(
        Fence(language, re.sub(f"^{indent}", "", text, flags=re.MULTILINE))
        for indent, language, text in found
    )


def fence_of(page: str, file: str) -> Fence:
    """The one example of this file on the page."""
    [fence] = [fence for fence in fences_of(page) if fence.file == file]
    return fence


def prose_of(page: str) -> str:
    return FENCE.sub("", text_of_page(page))


def spans_of(page: str) -> list[str]:
    """What stands between backticks, joined where a line ended inside."""
    return INLINE.findall(prose_of(page).replace("\n", " "))


def shell_lines() -> Iterator[tuple[str, str]]:
    """Page and line of every command that is shown, in a fence or within a sentence."""
    for page in PAGES:
        shown = [fence.text for fence in fences_of(page) if fence.language == "sh"]
        for line in [*"".join(shown).splitlines(), *spans_of(page)]:
            yield page, line.strip()


def anchors_of(page: str) -> set[str]:
    """How headings are called in links: lower case, without signs, joined by hyphens."""
    headings = HEADING.findall(prose_of(page))
    plain = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
    return {re.sub(r"\s", "-", heading.strip()) for heading in plain}
