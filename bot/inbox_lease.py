"""The lease (租约) of a message in work: what the inbox needs of the cache, and its renewal."""

import asyncio
from typing import Literal, Protocol

RENEW_SECONDS = 2.0  # the lease is 5 s; most work ends long before the first renewal


class Admission(Protocol):
    @property
    def state(self) -> Literal["admitted", "repeat", "in_work", "person_busy"]: ...

    @property
    def reply(self) -> bytes: ...


class Admissions(Protocol):
    """What is shared by all processes: who works on which message, and the first replies."""

    async def admit(self, message_key: str, person_key: str, owner: str) -> Admission: ...

    async def renew(self, message_key: str, person_key: str, owner: str) -> bool: ...

    async def finish(
        self, message_key: str, person_key: str, owner: str, *, reply: bytes | None
    ) -> None: ...


class Renewal:
    """Keeps the lease of work that takes long; costs one timer while it does not."""

    def __init__(
        self, admissions: Admissions, keys: tuple[str, str, str], every_seconds: float
    ) -> None:
        self._admissions = admissions
        self._keys = keys
        self._every_seconds = every_seconds
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(every_seconds, self._start)

    def stop(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _start(self) -> None:
        self._task = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        is_held = True
        while is_held:
            is_held = await self._admissions.renew(*self._keys)
            await asyncio.sleep(self._every_seconds)
