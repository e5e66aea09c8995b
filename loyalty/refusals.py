"""Refusals (拒绝): what the shop says no to, as facts that a door puts into words."""

from typing import ClassVar

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    410: "gone",
    413: "too_large",
    422: "unprocessable",
    429: "rate_limited",
    503: "busy",
}


class Refusal(Exception):
    """A rule said no: chat says the wording, the till door answers with status and code.

    Each rule names its own kind of refusal beside itself; the class is checked when it is made.
    """

    wording: ClassVar[str]
    status: ClassVar[int] = 422
    # How the audit trail names it where it meets staff, such as refused.reach; most it leaves out.
    audited_as: ClassVar[str] = ""
    # Whom it was about, where that is not for the person to know.
    member_id: int | None = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        assert "/" in cls.wording, f"{cls.__name__}.wording must be 'topic/name'"
        assert cls.status in CODES, f"{cls.__name__}.status {cls.status} has no code"

    def __init__(self, **facts: object) -> None:
        # Facts stay out of the exception's text: they may hold what a log must not.
        super().__init__(self.wording)
        self.facts: dict[str, object] = facts

    @property
    def code(self) -> str:
        return CODES[self.status]
