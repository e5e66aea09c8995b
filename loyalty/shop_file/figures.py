"""Figures (券与促销的数值) in the shop file: which of them a kind needs and which it may have."""

from collections.abc import Mapping, Sequence
from itertools import chain

from loyalty.shop_file.table import Table

Figures = Mapping[str, Sequence[str]]


def check_figures(table: Table, kind: str, *, needed: Figures, possible: Figures) -> None:
    """Nothing missing and nothing of another kind; silent when the kind itself is wrong."""
    if not kind:
        return
    for figure in _names(needed, possible):
        if figure in needed[kind] and not table.has(figure):
            table.fault(figure, "is missing", f"{kind} needs {' and '.join(needed[kind])}")
        is_allowed = figure in (*needed[kind], *possible.get(kind, ()))
        if table.has(figure) and not is_allowed:
            table.fault(figure, f"does not belong to {kind}", "remove it")


def _names(*figures: Figures) -> list[str]:
    """Each once and always in the same order, as faults are told."""
    listed = [names for part in figures for names in part.values()]
    return list(dict.fromkeys(chain.from_iterable(listed)))
