"""Pictures and sounds (素材) that phones and servers hand in; kept for three days."""

from datetime import timedelta
from pathlib import Path

from sandbox.clock import Clock
from sandbox.config import Account
from sandbox.identifiers import new_media_id
from sandbox.records import MediaRecord, State

TEMPORARY = timedelta(days=3)


class MediaShelf:
    """The bytes lie as files in `folder` beside the state, or in memory where there is none."""

    def __init__(self, state: State, clock: Clock, folder: str) -> None:
        self._state = state
        self._clock = clock
        self._folder = Path(folder) if folder else None
        self._in_memory: dict[str, bytes] = {}

    def put(
        self, account: Account, kind: str, content: bytes, *, content_type: str, file_name: str
    ) -> MediaRecord:
        record = MediaRecord(
            id=new_media_id(),
            kind=kind,
            content_type=content_type,
            file_name=file_name,
            expires_at=self._clock.now() + TEMPORARY,
        )
        self._state.accounts[account.name].media[record.id] = record
        self._write(record.id, content)
        return record

    def find(self, account: Account, media_id: str) -> MediaRecord | None:
        record = self._state.accounts[account.name].media.get(media_id)
        if record and record.expires_at and record.expires_at <= self._clock.now():
            return None
        return record

    def find_anywhere(self, media_id: str) -> MediaRecord | None:
        """A picture already in a chat stays visible after the server's three days."""
        shelves = (account.media for account in self._state.accounts.values())
        return next((shelf[media_id] for shelf in shelves if media_id in shelf), None)

    def content(self, media_id: str) -> bytes:
        if media_id in self._in_memory or self._folder is None:
            return self._in_memory.get(media_id, b"")
        path = self._folder / media_id
        return path.read_bytes() if path.exists() else b""

    def _write(self, media_id: str, content: bytes) -> None:
        if self._folder is None:
            self._in_memory[media_id] = content
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / media_id).write_bytes(content)


def picture_type(content: bytes) -> str | None:
    """Told by the first bytes: names and headers lie."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/gif" if content.startswith((b"GIF87a", b"GIF89a")) else None
