"""How long, how wide and how deep code may grow before it is refused; the aim is far below."""

import ast
from collections.abc import Iterator

import pytest

from tests.source_code import PACKAGES, WORKSHOP, functions_in, python_files, text_of

Function = ast.FunctionDef | ast.AsyncFunctionDef

FILE_LINES = 400
FUNCTION_LINES = 60
HANDLER_LINES = 30
USE_CASE_LINES = 50
TEST_LINES = 40
PARAMETERS = 7
NESTING = 3

# Grown by the numbers they hold, not by thought.
TABLES: tuple[str, ...] = ("storage/migrations/",)

BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def size_faults(source: str, path: str) -> list[str]:
    """Everything in one file that is too long, too wide or too deep."""
    tree = ast.parse(source)
    faults = [f"{path} has {lines} lines" for lines in [source.count("\n")] if lines > FILE_LINES]
    for function in functions_in(tree):
        where = f"{path}:{function.lineno} {function.name}"
        if lines_of(function) > line_limit(function, path):
            faults.append(f"{where} has {lines_of(function)} lines")
        if len(parameters_of(function)) > PARAMETERS:
            faults.append(f"{where} takes {len(parameters_of(function))} parameters")
        if depth_of(function) > NESTING:
            faults.append(f"{where} nests {depth_of(function)} deep")
    return faults


def line_limit(function: Function, path: str) -> int:
    if path.startswith("tests/") and function.name.startswith("test_"):
        return TEST_LINES
    if path.startswith("handlers/"):
        return HANDLER_LINES
    if path.startswith("services/") and not function.name.startswith("_"):
        return USE_CASE_LINES
    return FUNCTION_LINES


def lines_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters_of(function: Function) -> list[str]:
    given = function.args
    names = [argument.arg for argument in [*given.posonlyargs, *given.args, *given.kwonlyargs]]
    return [name for name in names if name not in ("self", "cls")]


def depth_of(node: ast.AST) -> int:
    """Blocks inside blocks; `elif` goes no deeper, a function inside counts for itself."""
    return max((_step(node, child) + depth_of(child) for child in _inside(node)), default=0)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    return (child for child in ast.iter_child_nodes(node) if not isinstance(child, SCOPES))


def _step(node: ast.AST, child: ast.AST) -> int:
    if isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]:
        return int(child.col_offset != node.col_offset)  # `elif` stands where its `if` stands
    return int(isinstance(child, BLOCKS))


def test_nothing_outgrows_its_size() -> None:
    paths = [path for path in python_files(*PACKAGES, *WORKSHOP) if not path.startswith(TABLES)]
    faults = [fault for path in paths for fault in size_faults(text_of(path), path)]
    assert not faults, "\n".join(faults)


def body(lines: int) -> str:
    return "\n".join(["    pass"] * lines) + "\n"


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("bot/inbox.py", "pass\n" * 401, "has 401 lines"),
        ("bot/inbox.py", f"def admit():\n{body(60)}", "has 61 lines"),
        ("handlers/member/tier.py", f"async def show():\n{body(30)}", "has 31 lines"),
        ("services/tiers/rungs.py", f"async def keep_tier():\n{body(50)}", "has 51 lines"),
        ("tests/test_tiers.py", f"def test_tier():\n{body(40)}", "has 41 lines"),
        ("bot/inbox.py", "def f(a, b, c, d, *, e, f, g, h): ...\n", "takes 8 parameters"),
        (
            "bot/inbox.py",
            "def f():\n if a:\n  for b in c:\n   with d:\n    while e: ...\n",
            "nests 4 deep",
        ),
        (
            "bot/inbox.py",
            "def f():\n try: ...\n except E:\n  if a:\n   if b:\n    if c: ...\n",
            "nests 4 deep",
        ),
    ],
)
def test_too_long_too_wide_and_too_deep_are_seen(path: str, source: str, fault: str) -> None:
    faults = size_faults(source, path)
    assert len(faults) == 1
    assert faults[0].endswith(fault)


@pytest.mark.parametrize(
    "source",
    [
        "pass\n" * 400,
        f"def f():\n{body(59)}",
        "def f(self, a, b, c, *, d, e, f, g): ...\n",
        "def f():\n if a: ...\n elif b: ...\n elif c: ...\n elif d: ...\n else: ...\n",
        "def f():\n if a:\n  if b:\n   def g():\n    if c:\n     if d: ...\n",
    ],
)
def test_what_is_just_within_its_size_is_let_through(source: str) -> None:
    assert size_faults(source, "bot/inbox.py") == []
