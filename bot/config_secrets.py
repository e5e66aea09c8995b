"""Secrets of the configuration (密钥): where they come from, and which ones are none."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from re import compile as pattern

from bot.config_section import Section

VARIABLE_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
FEWEST_DIFFERENT_LETTERS = 5
LONGEST_SECRET_FILE_BYTES = 4096
OTHERS_MAY_READ = stat.S_IRWXG | stat.S_IRWXO

# What anybody can read: config.toml, WeChat's public test vectors and sample code, usual fillers.
DOCUMENTED_EXAMPLES = frozenset(
    text.lower()
    for text in (
        "ShukeDemoMainToken",
        "ShukeDemoMainAccountKeyForTheSandboxOnly001",
        "shuke-demo-main-app-secret-00001",
        "ShukeDemoMiniToken",
        "ShukeDemoMiniAccountKeyForTheSandboxOnly002",
        "shuke-demo-mini-app-secret-00002",
        "AAAAA",
        "A" * 43,
        "pamtest",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "SHUKE_MAIN_TOKEN",
        "SHUKE_MAIN_AES_KEY",
        "SHUKE_MAIN_SECRET",
        "abcdefghijklmnopqrstuvwxyz",
        "0123456789abcdef",
        "0123456789abcdef0123456789abcdef",
    )
)
# Only at the start of a secret: further in, a key drawn by WeChat may hold any of them by chance.
FILLERS = (
    *("changeme", "change-me", "change_me", "password", "secret", "token", "example"),
    *("placeholder", "your-", "your_", "my-", "my_", "xxxx", "123456", "qwerty", "demo", "test"),
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a secret depends on besides its setting."""

    folder: Path
    environ: Mapping[str, str]
    is_production: bool


def read_secret(
    section: Section, key: str, around: Surroundings, *, shortest: int, is_needed: bool = True
) -> str | None:
    """The secret `key`, from `key_env`, `key_file` or, in the sandbox only, `key` itself."""
    direct, variable, file = key, f"{key}_env", f"{key}_file"
    texts = {name: section.text(name, "") for name in (direct, variable, file)}
    given = [name for name in texts if section.has(name)]
    if not given:
        if is_needed:
            section.fault(key, "is missing", _how_to_give(key))
        return None
    if len(given) > 1:
        section.fault(key, "is given in two ways", f"keep one of {' and '.join(given)}")
        return None
    name = given[0]
    secret = _fetch(section, name, texts[name], around)
    if secret is not None and not secret.isprintable():
        section.fault(name, "holds more than one line of text", "put the secret alone there")
        return None
    if secret is not None and around.is_production:
        _refuse_weak(section, key, secret, shortest)
    return secret


def may_be_read_by_others(path: Path) -> bool:
    """False also for a file that is not there: that is another fault."""
    try:
        return bool(os.stat(path).st_mode & OTHERS_MAY_READ)
    except (OSError, ValueError):
        return False


def weakness_of(secret: str, *, shortest: int) -> str | None:
    """Why a stranger could guess this secret; None where nothing speaks against it."""
    lower = secret.lower()
    if lower in DOCUMENTED_EXAMPLES or lower.startswith(FILLERS):
        return "is an example or a filler that anybody can read"
    if len(secret) < shortest:
        return f"is shorter than {shortest} characters"
    if len(set(secret)) < FEWEST_DIFFERENT_LETTERS:
        return "repeats the same few characters"
    return None


def _fetch(section: Section, name: str, text: str, around: Surroundings) -> str | None:
    if not text:
        if name.endswith(("_env", "_file")):
            section.fault(name, "is empty", f'write {name} = "…", or remove the line')
        else:
            section.fault(name, "is empty", _how_to_give(name))
        return None
    if name.endswith("_env"):
        return _from_environment(section, name, text, around)
    if name.endswith("_file"):
        return _from_file(section, name, text, around)
    if around.is_production:
        section.fault(name, "stands in the configuration itself", _how_to_give(name))
        return None
    return text


def _from_environment(section: Section, name: str, text: str, around: Surroundings) -> str | None:
    if not VARIABLE_NAME.fullmatch(text):
        problem = "is not the name of an environment variable"
        section.fault(name, problem, "write letters, digits and _, and put the secret there")
        return None
    secret = around.environ.get(text, "").strip()
    if not secret:
        problem = "names an environment variable that is not set, or is empty"
        section.fault(name, problem, "set that variable before the start")
        return None
    return secret


def _from_file(section: Section, name: str, text: str, around: Surroundings) -> str | None:
    path = around.folder / text
    try:
        with open(path, "rb") as file:
            content = file.read(LONGEST_SECRET_FILE_BYTES + 1)
        secret = content.decode().strip()
    except (OSError, ValueError):
        problem = "names a file that cannot be read as text"
        section.fault(name, problem, "write the path of a file that holds the secret alone")
        return None
    if not secret or len(content) > LONGEST_SECRET_FILE_BYTES:
        problem = "names a file that is empty or too long"
        section.fault(name, problem, "put the secret alone into the file")
        return None
    if around.is_production and may_be_read_by_others(path):
        problem = "names a file that group or others may read"
        section.fault(name, problem, "run chmod 600 on it")
    return secret


def _refuse_weak(section: Section, key: str, secret: str, shortest: int) -> None:
    weakness = weakness_of(secret, shortest=shortest)
    if weakness:
        length = f", at least {shortest}" if shortest > 1 else ""
        section.fault(key, weakness, f"use random letters and digits{length}")


def _how_to_give(key: str) -> str:
    return f'write {key}_env = "NAME_OF_A_VARIABLE" or {key}_file = "path"'
