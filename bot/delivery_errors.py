"""Delivery errors (送达失败): what each refusal of the platform means for what we wanted to do."""

from typing import Literal

FailureKind = Literal["permanent", "try_again", "stop"]

MINUTE_SECONDS = 60
STALE_TOKEN = frozenset({40001, 40014, 42001})

# What was asked for is already so: the answer counts as success.
ALREADY_SO = frozenset({0, 45065, 46003})

# Busy, too fast, two sends to one person at once: the same call may be made later.
TRY_AGAIN_AFTER_SECONDS = {
    -1: 0,
    42010: MINUTE_SECONDS,
    43108: 0,
    45011: MINUTE_SECONDS,
    45066: MINUTE_SECONDS,
}

# Configuration, quota or standing of the account: every further call would fail the same way.
STOP = frozenset(
    {
        *STALE_TOKEN,  # after its one retry
        *(40002, 40013, 40037, 40125, 40164, 40200, 40243),
        *(43104, 43107, 45009, 45028),
        *(48001, 48004, 48006, 50002, 50004, 50007),
        *(61004, 61007, 89503, 89504, 89505, 89506, 89507),
    }
)

# This person cannot be reached this way; the mark says why.
RECIPIENT_MARKS = {
    40003: "unknown_openid",
    43004: "not_subscribed",
    43019: "blacklisted",
    43101: "notice_refused",
    45015: "window_closed",
    45047: "allowance_used",
    46004: "unknown_openid",
    48002: "messages_switched_off",
    49003: "unknown_openid",
    50005: "not_subscribed",
    70000: "minor_protected",
}


class DeliveryFailed(Exception):
    """WeChat certainly did not take it.

    permanent: never repeat it. try_again: later, after `wait_seconds` at the earliest.
    stop: nothing of this kind will work until somebody, or the next day, changes something.
    """

    def __init__(
        self,
        kind: FailureKind,
        errcode: int | None,
        errmsg: str,
        *,
        mark: str | None = None,
        wait_seconds: int = 0,
    ) -> None:
        super().__init__(f"{kind} {errcode} {errmsg}")
        self.kind = kind
        self.errcode = errcode
        self.errmsg = errmsg
        self.mark = mark
        self.wait_seconds = wait_seconds


class DeliveryUncertain(Exception):
    """It was sent, but no proof came back: WeChat may have taken it or not."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def failure_for(errcode: int, errmsg: str) -> DeliveryFailed:
    """Codes that stand nowhere are a definite no to this one request: permanent."""
    if errcode in TRY_AGAIN_AFTER_SECONDS:
        wait_seconds = TRY_AGAIN_AFTER_SECONDS[errcode]
        return DeliveryFailed("try_again", errcode, errmsg, wait_seconds=wait_seconds)
    if errcode in STOP:
        return DeliveryFailed("stop", errcode, errmsg)
    return DeliveryFailed("permanent", errcode, errmsg, mark=RECIPIENT_MARKS.get(errcode))
