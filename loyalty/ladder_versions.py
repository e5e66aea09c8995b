"""Ladder versions (等级版本): which rungs and rules hold on a day, and which come next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

Terms = TypeVar("Terms")


@dataclass(frozen=True, slots=True)
class Version(Generic[Terms]):
    """Terms that hold from a day on, until a newer version starts."""

    starts_on: date
    terms: Terms


def in_force(versions: Sequence[Version[Terms]], day: date, *, otherwise: Terms) -> Terms:
    """The newest version that has started; they stand from old to new."""
    started = (version.terms for version in reversed(versions) if version.starts_on <= day)
    return next(started, otherwise)


def next_start(versions: Sequence[Version[Any]], day: date) -> date | None:
    """The first day after this one on which other terms take over."""
    return min((found.starts_on for found in versions if found.starts_on > day), default=None)
