"""One-time codes (code) a phone hands to a web page or a mini-program, to be exchanged once."""

from datetime import timedelta

from sandbox.api.errors import PlatformError
from sandbox.config import Account
from sandbox.identifiers import new_code
from sandbox.records import LoginCode
from sandbox.world import World

LIFE = timedelta(minutes=5)


def issue_code(
    world: World,
    account: Account,
    *,
    purpose: str,
    phone_id: str,
    scope: str = "",
    is_snapshot: bool = False,
) -> str:
    """`purpose` is web, login or phone: a code of one purpose is none for the others."""
    record, now = world.record(account), world.clock.now()
    keep_until = now - timedelta(days=1)
    record.login_codes = {
        text: code for text, code in record.login_codes.items() if code.expires_at > keep_until
    }
    code = LoginCode(new_code(), purpose, phone_id, scope, is_snapshot, now + LIFE)
    record.login_codes[code.code] = code
    world.changed()
    return code.code


def use_code(world: World, account: Account, text: str, *, purpose: str) -> LoginCode:
    code = world.record(account).login_codes.get(text)
    if code is None or code.purpose != purpose:
        raise PlatformError(40029)
    if code.is_used:
        raise PlatformError(40163)
    if code.expires_at <= world.clock.now():
        raise PlatformError(42003 if purpose == "web" else 40029)
    code.is_used = True
    world.changed()
    return code
