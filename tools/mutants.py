"""Mutants (突变): take away one guard after the other; every time a test has to turn red.

    python -m tools.mutants [NAME …]

The guards are listed in tools/mutants.toml. Each is taken away in a scratch copy of the tree; its
tests are known to pass there before. Exits 1 when a guard could go without a test noticing.
"""

import argparse
import queue
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIST = ROOT / "tools" / "mutants.toml"
COPIES = 2
SECONDS, SECONDS_FOR_ALL = 300, 3_600
LISTING = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
# What pytest's exit status says of a tree with a guard less.
PASSED, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class Mutant:
    """A guard: the text `old` of a file, what stands there without it, and who notices."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        return text.count(self.old) == 1


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    fault: str
    seconds: int


def read_mutants(text: str) -> list[Mutant]:
    found = tomllib.loads(text)["mutant"]
    return [Mutant(**{**entry, "tests": tuple(entry["tests"])}) for entry in found]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    names = parser.parse_args().names
    listed = read_mutants(LIST.read_text("utf-8"))
    if unknown := set(names) - {mutant.name for mutant in listed}:
        parser.error(f"no guard is called {', '.join(sorted(unknown))}")
    mutants = [mutant for mutant in listed if not names or mutant.name in names]
    with tempfile.TemporaryDirectory() as folder:
        copies = [copy_tree(Path(folder) / str(number)) for number in range(COPIES)]
        everything = sorted({test for mutant in mutants for test in mutant.tests})
        whole = pytest(copies[0], everything, seconds=SECONDS_FOR_ALL)
        if whole.returncode != PASSED:
            print("red without any change:", whole.stdout.decode(), sep="\n")
            return 1
        outcomes = hunt(mutants, copies)
    survivors = [outcome for outcome in outcomes if outcome.fault]
    print(f"{len(mutants)} guards, {len(survivors)} could go unnoticed")
    return 1 if survivors else 0


def hunt(mutants: list[Mutant], copies: list[Path]) -> list[Outcome]:
    """Each copy holds one mutant at a time."""
    free: queue.Queue[Path] = queue.Queue()
    for copy in copies:
        free.put(copy)

    def take_away(mutant: Mutant) -> Outcome:
        copy = free.get()
        try:
            outcome = run(mutant, copy)
        finally:
            free.put(copy)
        print(f"{outcome.seconds:4} s  {mutant.name:<45} {outcome.fault or 'noticed'}", flush=True)
        return outcome

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(take_away, mutants))


def run(mutant: Mutant, copy: Path) -> Outcome:
    file, started = copy / mutant.file, time.monotonic()
    text = file.read_text("utf-8")
    if not mutant.is_in(text):
        return Outcome(mutant.name, f"NOT FOUND once in {mutant.file}", 0)
    file.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    try:
        fault = verdict(copy, mutant.tests)
    finally:
        file.write_text(text, "utf-8")
    return Outcome(mutant.name, fault, round(time.monotonic() - started))


def verdict(copy: Path, tests: Sequence[str]) -> str:
    """Empty when the tests turned red; waiting for ever is red as well."""
    try:
        status = pytest(copy, tests, seconds=SECONDS).returncode
    except subprocess.TimeoutExpired:
        return ""
    if status == PASSED:
        return "SURVIVED"
    return "" if status == FAILED else f"BROKEN: pytest ended with {status}"


def pytest(copy: Path, tests: Sequence[str], *, seconds: int) -> subprocess.CompletedProcess[bytes]:
    options = ["-q", "-x", "--tb=line", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    return subprocess.run(command, cwd=copy, capture_output=True, timeout=seconds)


def copy_tree(target: Path) -> Path:
    """What git has or would take, as it is now."""
    names = subprocess.run(LISTING, cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


if __name__ == "__main__":
    sys.exit(main())
