"""What came of one message (送达结果), as whoever made the call tells it."""

from datetime import datetime
from typing import Generic, Literal, NamedTuple, TypeVar

Message = TypeVar("Message")
SendState = Literal["sent", "failed", "unknown", "queued"]


class SendResult(NamedTuple, Generic[Message]):
    """`queued` is to be tried again. `mark` says why this person cannot be reached this way.

    `counts` is False where it was no try of this message: the way was closed to everybody.
    """

    message: Message
    state: SendState
    reason: str | None = None
    mark: str | None = None
    platform_id: str | None = None
    # By the machine's clock, and by the shop's.
    after_seconds: int = 0
    wait_until: datetime | None = None
    counts: bool = True
