"""The commands of `python -m bot`: every `cli_` module adds its own, with what runs them.

A new command is a new module with `add_to`; discovery finds it.
"""

import argparse
import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bot
from bot.config import Settings

if TYPE_CHECKING:
    from argparse import _SubParsersAction

# The exit code, perhaps after some work on the loop.
Run = Callable[[Settings, argparse.Namespace], Awaitable[int] | int]


class Commands:
    """What a `cli_` module adds its commands to; each takes --config."""

    def __init__(self, subparsers: "_SubParsersAction[Any]") -> None:
        self._subparsers = subparsers

    def add(self, name: str, help_text: str, run: Run) -> argparse.ArgumentParser:
        """The parser, for further arguments."""
        added: argparse.ArgumentParser = self._subparsers.add_parser(name, help=help_text)
        added.add_argument("--config", type=Path, default=Path("config.toml"))
        added.set_defaults(run=run)
        return added

    def group(self, name: str, help_text: str) -> "Commands":
        """Commands of two words, such as `staff invite`."""
        parser = self._subparsers.add_parser(name, help=help_text)
        return Commands(parser.add_subparsers(dest="action", required=True))


def add_all(commands: Commands) -> None:
    names = [found.name for found in pkgutil.iter_modules(bot.__path__)]
    for name in sorted(name for name in names if name.startswith("cli_")):
        module = importlib.import_module(f"bot.{name}")
        if hasattr(module, "add_to"):
            module.add_to(commands)
