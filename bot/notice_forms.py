"""Notice forms (通知模板) as files: templates/notices names the form of each sentence.

The numbers are those of the sandbox; a shop writes its own beside them once the platform has
approved them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from loyalty.messages import Channel
from loyalty.notice_forms import NoticeForm, NoticeForms
from loyalty.notice_values import KEY, RULES

FOLDER = Path(__file__).parent.parent / "templates" / "notices"
ONE_TIME_KEYS = {"content"}


class FormFault(Exception):
    """A form that could never be sent: the file and what is wrong in it."""


def load_notice_forms(folder: Path = FOLDER) -> NoticeForms:
    """Raises FormFault."""
    found = [form for path in sorted(folder.glob("*.toml")) for form in _read(path)]
    forms = NoticeForms.of(found)
    if len(forms.forms) != len(found):
        raise FormFault(f"{folder.name}: two forms for one sentence, channel and account")
    return forms


def _read(path: Path) -> Iterator[NoticeForm]:
    for table in tomllib.loads(path.read_text(encoding="utf-8")).get("forms", []):
        try:
            form = _form(table)
        except (KeyError, TypeError, ValueError) as error:
            raise FormFault(f"{path.name}: {error}") from error
        if unknown := _unknown_keys(form):
            raise FormFault(f"{path.name}: {form.template_id} cannot have {', '.join(unknown)}")
        yield form


def _form(table: Mapping[str, Any]) -> NoticeForm:
    return NoticeForm(**{**table, "channel": Channel(table["channel"])})


def _unknown_keys(form: NoticeForm) -> list[str]:
    if form.channel is Channel.ONE_TIME:
        return sorted(set(form.fields) - ONE_TIME_KEYS)
    kinds = {key: KEY.fullmatch(key) for key in form.fields}
    return sorted(key for key, kind in kinds.items() if kind is None or kind[1] not in RULES)
