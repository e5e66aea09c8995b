"""Message forms (消息模板) of the platform: their numbers, titles, and the keys each one has."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from sandbox.codec import decode
from sandbox.config import Account

PRESETS = Path(__file__).with_name("presets.toml")
SERVICE_KINDS = ("service", "test")
FormKind = Literal["template", "subscription", "one_time", "mini"]


@dataclass(frozen=True, slots=True)
class Form:
    """`fields`: the label a member reads beside each key; `choices`: what an enum key may say."""

    id: str
    kind: FormKind
    title: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Presets:
    forms: tuple[Form, ...] = ()


@cache
def preset_forms() -> dict[str, Form]:
    """Every account has those of its kind, under these same numbers."""
    with PRESETS.open("rb") as file:
        presets: Presets = decode(Presets, tomllib.load(file), where=PRESETS.name)
    return {form.id: form for form in presets.forms}


def forms_of(account: Account) -> list[Form]:
    return [form for form in preset_forms().values() if _fits(account, form)]


def form_of(account: Account, number: object, kind: FormKind) -> Form | None:
    form = preset_forms().get(number) if isinstance(number, str) else None
    return form if form and form.kind == kind and _fits(account, form) else None


def _fits(account: Account, form: Form) -> bool:
    return account.kind == "mini" if form.kind == "mini" else account.kind in SERVICE_KINDS
