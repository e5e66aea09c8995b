"""Accounts in the configuration (公众号与小程序): what WeChat's platform page shows of each."""

import base64
import binascii
from re import Pattern
from re import compile as pattern
from typing import cast

from bot.accounts import Kind, Mode
from bot.config_secrets import Surroundings, read_secret
from bot.config_section import Section
from bot.config_settings import AccountSettings

KINDS = ("service", "subscription", "mini")
MODES = ("safe", "compatible", "plain")
NAME = pattern(r"[a-z0-9-]{1,32}")
APPID = pattern(r"wx[0-9a-f]{16}")
ORIGINAL_ID = pattern(r"gh_[0-9A-Za-z]{1,32}")
# Facts of the platform: 1.1 of its reference.
TOKEN = pattern(r"[0-9A-Za-z]{3,32}")
AES_KEY = pattern(r"[0-9A-Za-z]{43}")
SHORTEST_TOKEN = 12
SHORTEST_APP_SECRET = 16


def read_accounts(
    wechat: Section, around: Surroundings, warnings: list[str]
) -> tuple[AccountSettings, ...]:
    sections = wechat.sections("accounts")
    if not sections and not wechat.has("accounts"):
        wechat.fault("accounts", "is missing", "write [[wechat.accounts]] and its settings")
    elif not sections:
        wechat.fault("accounts", "is empty", "write [[wechat.accounts]] and its settings")
    accounts = tuple(_read_account(section, around, warnings) for section in sections)
    for key in ("name", "appid", "original_id"):
        _refuse_doubles(sections, key, [getattr(account, key) for account in accounts])
    return accounts


def _read_account(section: Section, around: Surroundings, warnings: list[str]) -> AccountSettings:
    name = _matching(section, "name", NAME, "1 to 32 of a-z, 0-9 and -")
    kind = section.choice("kind", KINDS)
    appid = _matching(section, "appid", APPID, "wx and 16 of 0-9 and a-f")
    original_id = _matching(section, "original_id", ORIGINAL_ID, "gh_ and letters or digits")
    mode, allow_plain = _read_mode(section, around, warnings)
    token = _read_token(section, around)
    aes_key = _read_aes_key(section, "aes_key", around, is_needed=mode != "plain")
    previous = _read_aes_key(section, "aes_key_previous", around, is_needed=False)
    if previous and previous == aes_key:
        problem = "is the same as aes_key"
        section.fault("aes_key_previous", problem, "write the key used before, or remove it")
    secret = read_secret(section, "secret", around, shortest=SHORTEST_APP_SECRET) or ""
    section.refuse_unknown_keys()
    return AccountSettings(
        name=name,
        kind=cast(Kind, kind),
        appid=appid,
        original_id=original_id,
        token=token,
        aes_key=aes_key or "",
        aes_key_previous=previous,
        secret=secret,
        mode=cast(Mode, mode),
        allow_plain=allow_plain,
    )


def _read_mode(section: Section, around: Surroundings, warnings: list[str]) -> tuple[str, bool]:
    """Plain signatures do not cover the body: who sees one push can send another (P12)."""
    mode = section.choice("mode", MODES, "safe")
    allow_plain = section.flag("allow_plain", False)
    if mode == "plain" and around.is_production and not allow_plain:
        remedy = 'write mode = "safe", or allow_plain = true as well'
        section.fault("mode", "is plain, which anybody on the way can forge", remedy)
    elif mode == "plain":
        warnings.append(f"{section.setting('mode')}: plain messages can be forged on their way")
    return mode, allow_plain


def _read_token(section: Section, around: Surroundings) -> str:
    token = read_secret(section, "token", around, shortest=SHORTEST_TOKEN)
    if token and not TOKEN.fullmatch(token):
        section.fault("token", "is not 3 to 32 letters and digits", "copy it from WeChat's page")
    return token or ""


def _read_aes_key(
    section: Section, key: str, around: Surroundings, *, is_needed: bool
) -> str | None:
    aes_key = read_secret(section, key, around, shortest=1, is_needed=is_needed)
    if aes_key and not _is_aes_key(aes_key):
        section.fault(key, "is not 43 letters and digits", "copy it from WeChat's page")
    return aes_key


def _is_aes_key(text: str) -> bool:
    try:
        return bool(AES_KEY.fullmatch(text)) and len(base64.b64decode(text + "=")) == 32
    except binascii.Error:
        return False


def _matching(section: Section, key: str, wanted: Pattern[str], shape: str) -> str:
    text = section.text(key)
    if text and not wanted.fullmatch(text):
        section.fault(key, "has the wrong shape", f"write {shape}")
        return ""
    return text


def _refuse_doubles(sections: list[Section], key: str, values: list[str]) -> None:
    for index, value in enumerate(values):
        if value and value in values[:index]:
            first = sections[values.index(value)].setting(key)
            sections[index].fault(key, f"is the same as {first}", "write another one")
