"""Recipes (做法) as modules: what the cookbook shows, made or put into ours for a test."""

from importlib import import_module
from types import ModuleType
from typing import Any

from tests.docs.pages import fence_of

PAGE = "docs/cookbook.md"


def made(file: str) -> ModuleType:
    """The module an example of the page makes."""
    module = ModuleType(file.removesuffix(".py").replace("/", "."))
    exec(compile(fence_of(PAGE, file).content, file, "exec"), module.__dict__)  # noqa: S102
    return module


def changed(file: str, **added: object) -> dict[str, Any]:
    """The names of one of our modules after what the page does to it."""
    module = import_module(file.removesuffix(".py").replace("/", "."))
    names = {**vars(module), **added}
    exec(compile(fence_of(PAGE, file).content, file, "exec"), names)  # noqa: S102
    return names
