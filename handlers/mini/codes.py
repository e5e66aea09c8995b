"""Codes of the mini-program (小程序凭证): what WeChat tells about the codes it gave out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


class CodeRefused(Exception):
    """Used, made up, too old, of another purpose or another mini-program: all alike."""


class PlatformBusy(Exception):
    """No answer, or none that says anything about the code."""


@dataclass(frozen=True, slots=True)
class MiniPlatform:
    """`user_of` gives openid and unionid, `phone_of` the number; each of an account and a code."""

    user_of: Callable[[str, str], Awaitable[tuple[str, str | None]]]
    phone_of: Callable[[str, str], Awaitable[str]]
