"""What mass sends (群发) ask of the stored calls, and how a call ends before it is made."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from bot.delivery_errors import DeliveryFailed, DeliveryUncertain


class Call(Protocol):
    """One mass send that is written down and to be made."""

    @property
    def id(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def content(self) -> Mapping[str, Any]: ...
    @property
    def openids(self) -> Sequence[str]: ...
    @property
    def attempt(self) -> int: ...
    @property
    def worn_tags(self) -> Mapping[int, int]: ...


class Calls(Protocol):
    """The stored calls, bound to this worker by the composition root."""

    async def take(self) -> Any: ...
    async def keep(self, call: Any) -> bool: ...
    async def confirm(self, call: Any) -> Any: ...
    async def leave_out(self, call: Any, refused: Mapping[str, str]) -> bool: ...
    async def taken(self, call: Any, platform_id: str | None) -> None: ...
    async def refused(self, call: Any, reason: str, wait_until: datetime | None) -> None: ...
    async def unanswered(self, call: Any, reason: str) -> None: ...
    async def keep_tag(self, call: Any, tag_id: int) -> int: ...
    async def forget_tag(self, row_id: int) -> None: ...
    async def known_tags(self, call: Any) -> set[int]: ...


class NotConfirmed(Exception):
    """The call is not to be made now, or another worker has it; what follows is written down."""


class NotPrepared(Exception):
    """Something failed that may go well later, and certainly nothing was sent yet."""


@contextmanager
def before_the_call() -> Iterator[None]:
    """What fails in here for now leaves nothing unknown."""
    try:
        yield
    except DeliveryUncertain as uncertain:
        raise NotPrepared(uncertain.reason) from None
    except DeliveryFailed as failed:
        if failed.kind != "try_again":
            raise
        raise NotPrepared(str(failed.errcode or failed.errmsg)[:100]) from None
