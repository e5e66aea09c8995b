"""Configuration faults (配置错误): every wrong setting in a line of its own, with what to write.

A fault names settings and never repeats a value: a secret may stand in the wrong place.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_SETTING = 80


@dataclass(frozen=True, slots=True)
class Fault:
    setting: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{on_one_line(self.setting)}: {self.problem}: {self.remedy}"


class ConfigurationFaults(Exception):
    """The program must not start; `faults` holds everything that is wrong, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def on_one_line(name: str) -> str:
    """A quoted TOML key may hold anything, line ends and terminal codes as well."""
    short = name if len(name) <= LONGEST_SETTING else name[:LONGEST_SETTING] + "…"
    return short if short.isprintable() else json.dumps(short)
