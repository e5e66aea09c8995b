"""What is committed: locked and hashed libraries, no trace of a machine, a README that is true."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.source_code import ROOT

LARGEST_BLOB_BYTES = 300_000
LONGEST_LINE = 2_000
LOCKS = ("requirements.txt", "requirements-dev.txt")
# Written in two parts, so that this file may be searched like any other.
INDEX_HOSTS = [
    "pypi" + ".org",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "index" + "-url",
    "find" + "-links",
    "pypi.tuna" + ".tsinghua",
    "mirrors.ali" + "yun.com",
]
HOME_OF_A_MACHINE = re.compile(r"(?<![\w.}/])/(?:root|work|home/[a-z]\w*|Users/[A-Z]?\w+)(?:/|\b)")
WEB_FILE = re.compile(r"\.(js|mjs|css|html|svg)$")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def committed_files() -> list[str]:
    """What git has or would take; without git (an unpacked archive) every file that is there."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    if (ROOT / ".git").exists():
        names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout
        found = names.decode().split("\0")
    else:
        ignored = {".venv", "var", "__pycache__"}
        paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        found = [str(path) for path in paths if not ignored & set(path.parts)]
    return sorted(name for name in found if (ROOT / name).is_file())


def trace_faults(name: str, content: bytes) -> list[str]:
    """Hosts a library could come from, and folders of the machine it was written on."""
    if is_binary(content):
        return []
    text = content.decode("utf-8", errors="replace")
    faults = [f"{name} names {host}" for host in INDEX_HOSTS if host in text]
    return faults + [f"{name} names {found[0]}" for found in HOME_OF_A_MACHINE.finditer(text)]


def weight_faults(name: str, content: bytes) -> list[str]:
    """Large blobs, and web files nobody can read."""
    if is_binary(content) and len(content) > LARGEST_BLOB_BYTES:
        return [f"{name} is a blob of {len(content)} bytes"]
    widest = max((len(line) for line in content.splitlines()), default=0)
    if ".min." in name or (WEB_FILE.search(name) and widest > LONGEST_LINE):
        return [f"{name} is minified"]
    return []


def lock_faults(lock: str) -> list[str]:
    """Requirements that are not pinned to one version and its hashes."""
    logical_lines = lock.replace("\\\n", " ").splitlines()
    wanted = (line.strip() for line in logical_lines if line.strip() and line[0] != "#")
    return [line for line in wanted if not PIN.match(line) or "--hash=sha256:" not in line]


def is_binary(content: bytes) -> bool:
    return b"\0" in content[:8000]


def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def plain_names(requirements: list[str]) -> set[str]:
    """`wechatpy[cryptography]`, without the conditions behind a semicolon."""
    return {re.split(r"[;#]", line)[0].strip() for line in requirements} - {""}


def test_no_file_names_an_index_or_a_machine() -> None:
    faults = [f for name in committed_files() for f in trace_faults(name, bytes_of(name))]
    assert not faults, "\n".join(faults)


def test_no_blob_and_nothing_minified_is_committed() -> None:
    faults = [f for name in committed_files() for f in weight_faults(name, bytes_of(name))]
    assert not faults, "\n".join(faults)


def test_there_is_no_repository_inside_the_repository() -> None:
    assert not (ROOT / ".gitmodules").exists()
    inner = {path.parent for path in ROOT.glob("*/**/.git") if ".venv" not in path.parts}
    assert not inner


@pytest.mark.parametrize("lock", LOCKS)
def test_every_library_is_locked_with_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert PIN.search(text)
    assert lock_faults(text) == []


def test_the_tests_run_on_the_versions_the_server_runs_on() -> None:
    server, tests = (dict(PIN.findall((ROOT / lock).read_text())) for lock in LOCKS)
    assert {name: tests.get(name) for name in server} == server


def test_pyproject_names_the_libraries_the_lock_was_made_from() -> None:
    wanted = (ROOT / "requirements.in").read_text().splitlines()
    assert plain_names(project()["dependencies"]) == plain_names(wanted)


@pytest.mark.parametrize(("readme", "twin"), [("README.md", "README.zh-CN.md")])
def test_both_readmes_name_the_two_commands_and_each_other(readme: str, twin: str) -> None:
    for name, other in ((readme, twin), (twin, readme)):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "make run" in text, name
        assert "make test" in text, name
        assert f"({other})" in text, f"{name} has no link to {other}"


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[?v?(\d+\.\d+\.\d+)", text, re.MULTILINE)
    assert versions[:1] == [project()["version"]]


def test_continuous_integration_runs_what_the_readme_says() -> None:
    assert re.search(r"^make test\b", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "bad",
    [
        "--index" + "-url https://example.org/simple",
        "https://files.python" + "hosted.org/packages/x.whl",
        "see /" + "root/.config",
        "built in /" + "home/wang/shuke",
        "CACHE=/" + "Users/wang",
    ],
)
def test_a_trace_of_an_index_or_a_machine_is_seen(bad: str) -> None:
    assert trace_faults("notes.md", bad.encode())


@pytest.mark.parametrize("good", [f"var/{'root'}/x", "https://example.org/home/wang", "/homepage"])
def test_an_ordinary_path_is_no_trace(good: str) -> None:
    assert trace_faults("notes.md", good.encode()) == []


def test_blobs_and_minified_files_are_seen() -> None:
    assert weight_faults("web/film.mp4", bytes(LARGEST_BLOB_BYTES + 1))
    assert weight_faults("web/jquery.min.js", b"x")
    assert weight_faults("web/page.css", b"x" * (LONGEST_LINE + 1))
    assert weight_faults("web/page.css", b"x\n" * LONGEST_LINE) == []


@pytest.mark.parametrize("bad", ["redis\n", "redis==8.1.0\n", "redis>=8 --hash=sha256:ab\n"])
def test_a_requirement_without_version_or_hash_is_seen(bad: str) -> None:
    assert lock_faults(bad)


def bytes_of(name: str) -> bytes:
    return Path(ROOT, name).read_bytes()
