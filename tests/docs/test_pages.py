"""Every file, module, function, command, link and figure that a page names is there."""

import re
import shlex
import tomllib
import unicodedata
from pathlib import PurePosixPath

import pytest

from bot.__main__ import _parser
from bot.config import check_config_lines
from scheduler.timetable import TIMETABLE
from storage.audit_ledger import LEDGER_TRUTHS
from storage.audit_shop import SHOP_TRUTHS
from tests.docs.pages import (
    LINK,
    PAGES,
    anchors_of,
    fences_of,
    prose_of,
    shell_lines,
    spans_of,
    text_of_page,
)
from tests.source_code import PACKAGES, ROOT, WORKSHOP, python_files, text_of

WIDEST = 120
COMPLAINING = ("loyalty/audit.py", "loyalty/audit_chain.py", "services/custody/verify.py")
OUR_FOLDER = re.compile(rf"({'|'.join((*PACKAGES, *WORKSHOP, 'docs', 'templates'))})/[\w./*-]*")
OUR_MODULE = re.compile(rf"({'|'.join(PACKAGES)})(\.[a-z_]+)+")
ROOT_FILE = re.compile(r"(config|pyproject)\.toml|compose\.yaml|Dockerfile|[A-Z]+\.md")
PLACED = re.compile(r"`(\w+)` (?:of|in) `([\w/]+\.py)`")
CITED = re.compile(r"(?:reliability|wechat-platform) \d+(?:\.\d+)*|field-rules D\d+")
CITED_MARKS = re.compile(r"reliability ([PFB]\d+(?:, [PFB]\d+)*)")
MARK = re.compile(r"\(([PFB]\d{1,2})\)")
SECRETS = {
    "SHUKE_MAIN_TOKEN": "q7Lw2Zr9Xk4Vb8Np",
    "SHUKE_MAIN_AES_KEY": "kR3vT9yXw2Lq8Zb5Nf7Hc1Jd6Gs4Mp0QaUeViOtCxBs",
    "SHUKE_MAIN_SECRET": "9f2c7be14d8a05b36e71c0da",
}


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_names_exist(page: str) -> None:
    examples = {fence.file for fence in fences_of(page)}
    named = [span for span in spans_of(page) if OUR_FOLDER.fullmatch(span) or is_at_root(span)]
    missing = [name for name in named if "NNNN" not in name and not list(ROOT.glob(name))]
    assert set(missing) <= examples


@pytest.mark.parametrize("page", PAGES)
def test_modules_that_a_page_names_exist(page: str) -> None:
    named = [span.replace(".", "/") for span in spans_of(page) if OUR_MODULE.fullmatch(span)]
    examples = {fence.file for fence in fences_of(page)}
    assert [name for name in named if not is_module(name)] == []
    shown = [file for file in examples if file.endswith(".py") and not is_new_in(page, file)]
    assert [file for file in shown if not (ROOT / file).is_file()] == []


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_places_in_a_file_stands_there(page: str) -> None:
    for name, path in PLACED.findall(prose_of(page).replace("\n", " ")):
        assert re.search(rf"^(async def|def|class)? ?{name}\b", text_of(path), re.MULTILINE), name


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    here = PurePosixPath(page).parent
    for target in LINK.findall(prose_of(page)):
        path, _, anchor = target.partition("#")
        file = (here / path).as_posix() if path else page
        if "://" in target:
            continue
        assert (ROOT / file).resolve().is_file(), target
        assert not anchor or anchor in anchors_of(file), target


def test_commands_of_the_program_are_understood_by_it() -> None:
    shown = [(page, line) for page, line in shell_lines() if line.startswith("python -m bot ")]
    assert len(shown) > 20
    for page, line in shown:
        words = shlex.split(line.removeprefix("python -m bot "))
        assert words == ["--help"] or _parser().parse_args(words), page


def test_targets_of_make_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {line.split()[1] for _, line in shell_lines() if re.match(r"make [a-z]", line)}
    assert {"run", "test"} <= named <= targets


def test_every_room_of_services_is_told_with_the_architecture() -> None:
    _, _, part = prose_of("docs/architecture.md").partition("## The rooms of `services`")
    told = re.findall(r"^\| `(\w+)` \|", part.partition("\n## ")[0], re.MULTILINE)
    rooms = [found.parent.name for found in (ROOT / "services").glob("*/__init__.py")]
    assert sorted(told) == sorted(rooms)


def test_every_decision_is_listed_with_the_architecture() -> None:
    records = {path.name for path in ROOT.glob("docs/decisions/*.md")}
    linked = {
        target.rpartition("/")[2] for target in LINK.findall(prose_of("docs/architecture.md"))
    }
    assert records <= linked


@pytest.mark.parametrize("page", [page for page in PAGES if "/decisions/" in page])
def test_a_decision_tells_context_consequences_and_alternatives(page: str) -> None:
    assert {"context", "decision", "consequences", "alternatives"} <= anchors_of(page)


def test_metrics_and_log_events_of_the_operations_page_exist() -> None:
    program = "".join(text_of(path) for path in python_files(*PACKAGES))
    names = names_in_tables("docs/operations.md")
    assert [name for name in names if f'"{name}"' not in program] == []


def test_the_operations_page_has_every_job_and_every_complaint() -> None:
    source = "".join(text_of(path) for path in COMPLAINING)
    kinds = {truth.kind for truth in (*LEDGER_TRUTHS, *SHOP_TRUTHS)}
    kinds |= set(re.findall(r'(?:yield|Complaint\() ?"(\w+)"', source))
    assert len(kinds) > 15
    wanted = kinds | {job.name for job in TIMETABLE}
    assert sorted(wanted - names_in_tables("docs/operations.md")) == []


def test_facts_that_comments_cite_are_told_in_the_contract_notes() -> None:
    program = "".join(text_of(path) for path in python_files(*PACKAGES))
    marks = ", ".join([*CITED_MARKS.findall(program), *MARK.findall(program)]).split(", ")
    told = re.findall(r"^\| ([^|]+) \|", text_of_page("docs/contract-notes.md"), re.MULTILINE)
    assert len(marks) > 20
    assert sorted({*CITED.findall(program), *marks} - set(told)) == []


def test_the_newest_version_of_the_changelog_is_the_programs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = re.findall(r"^## (.+)$", text_of_page("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == project["version"]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_configuration_for_a_real_account_is_good(
    page: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    [shown] = [fence.text for fence in fences_of(page) if fence.language == "toml"]
    path = tmp_path_factory.mktemp("configuration") / "config.toml"
    path.write_text(shown.replace("wx…", "wx0123456789abcdef").replace("gh_…", "gh_0123456789ab"))
    assert check_config_lines(path, SECRETS) == []


def test_both_readmes_show_the_same() -> None:
    english, chinese = ([*map(str, fences_of(f"README{end}"))] for end in (".md", ".zh-CN.md"))
    assert english == chinese
    links = [set(LINK.findall(prose_of(f"README{end}"))) for end in (".md", ".zh-CN.md")]
    assert links[0] ^ links[1] == {"README.md", "README.zh-CN.md"}


@pytest.mark.parametrize("page", PAGES)
def test_no_line_is_wider_than_a_screen(page: str) -> None:
    lines = text_of_page(page).splitlines()
    assert [line for line in lines if columns(line) > WIDEST] == []


def names_in_tables(page: str) -> set[str]:
    """What stands between backticks in the first column, where it is a name with underscores."""
    cells = re.findall(r"^\| (`\w+_\w+`(?:, `\w+`)*) \|", text_of_page(page), re.MULTILINE)
    return set(re.findall(r"`(\w+)`", " ".join(cells)))


def is_at_root(span: str) -> bool:
    return ROOT_FILE.fullmatch(span) is not None


def is_module(path: str) -> bool:
    return (ROOT / path).is_dir() or (ROOT / f"{path}.py").is_file()


def is_new_in(page: str, file: str) -> bool:
    return any(fence.file == file and fence.is_whole_file for fence in fences_of(page))


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)
