"""The program's own source as the guards read it: files, syntax trees, what a name stands for."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "services", "loyalty", "storage", "scheduler", "sandbox")
WORKSHOP = ("tools", "benchmarks", "tests")


def python_files(*folders: str) -> list[str]:
    """Every Python file under these folders, as a path from the root with forward slashes."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


@cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree_of(path: str) -> ast.Module:
    return ast.parse(text_of(path), filename=path)


def is_under(path: str, *places: str) -> bool:
    """A place is a file, or a folder written with a closing slash."""
    return any(path == place or (place[-1] == "/" and path.startswith(place)) for place in places)


def imports_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything imported: `from a import b` is a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def uses_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of every imported thing where it is used, whatever its alias."""
    meaning = dict(_names_bound(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            if first in meaning:
                yield node.lineno, f"{meaning[first]}.{rest}".rstrip(".")


def _names_bound(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def functions_in(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
