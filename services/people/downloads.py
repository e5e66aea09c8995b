"""Downloads (下载): files for one person behind a link that lives ten minutes, each fetched once.

The token is the only thing that opens them, so it is 256 bits, and only its hash is kept.
"""

import hashlib
import hmac
import re
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from loyalty.refusals import Refusal
from services.shop import Shop
from storage.downloads import (
    empty_file,
    files_of,
    insert_download,
    insert_file,
    live_download,
    lock_file,
)
from storage.instants import from_ms
from storage.sealing import seal_bytes, unseal_bytes
from storage.transactions import transactional

LIFE = timedelta(minutes=10)
# Made by the program alone, never from what somebody typed (reliability B42).
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\.(?:csv|json|txt|png|jpeg)")
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class DownloadGone(Refusal):
    """Unknown, over or fetched: all read the same."""

    wording = "rights/download_gone"
    status = 404


@dataclass(frozen=True, slots=True)
class Download:
    """`files` are the names in order, each with whether it was fetched."""

    files: tuple[tuple[str, bool], ...]
    until: str


async def put_download(
    shop: Shop, follower_id: int, files: Mapping[str, bytes], *, key: str
) -> str:
    """Keep the files sealed; the link to their page. The same key again has the same link.

    A helper for use cases.
    """
    assert files, "a page without files"
    assert all(NAME.fullmatch(name) for name in files), list(files)
    token = _token(shop, key)
    download_id = await insert_download(
        key=key,
        token_hash=_hash(token),
        follower_id=follower_id,
        expires_at=shop.now() + LIFE,
        created_at=shop.now(),
    )
    if download_id is not None:
        for name, content in files.items():
            sealed = _sealed(shop, content, place=f"{download_id}:{name}")
            await insert_file(download_id=download_id, name=name, content_sealed=sealed)
    return f"{shop.public_url}/d/{token}"


async def find_download(shop: Shop, token: str) -> Download:
    """What the page shows; looking takes nothing away. Raises DownloadGone."""
    found = await _live(shop, token)
    files = [(line["name"], line["taken_at"] is not None) for line in await files_of(found["id"])]
    until = shop.clock.local(from_ms(found["expires_at"])).strftime("%H:%M")
    return Download(tuple(files), until)


@transactional
async def take_file(shop: Shop, token: str, name: str) -> bytes:
    """The file, for the first who asks; nothing of it stays. Raises DownloadGone."""
    found = await _live(shop, token)
    file = await lock_file(found["id"], name)
    if file is None:
        raise DownloadGone
    await empty_file(file["id"], shop.now())
    return _unsealed(shop, file["content_sealed"], place=f"{found['id']}:{name}")


async def _live(shop: Shop, token: str) -> dict[str, int]:
    found = await live_download(_hash(token), shop.now()) if TOKEN.fullmatch(token) else None
    if found is None:
        raise DownloadGone
    return found


def _token(shop: Shop, key: str) -> str:
    """From the message that asked, so that the same message again is shown the same link."""
    digest = hmac.digest(shop.keys.key("session"), f"download:{key}".encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _sealed(shop: Shop, content: bytes, *, place: str) -> bytes:
    packed = zlib.compress(content)
    where = {"table": "download_files", "column": "content_sealed"}
    return seal_bytes(shop.keys, packed, row=place, purpose="field", **where)


def _unsealed(shop: Shop, sealed: bytes, *, place: str) -> bytes:
    where = {"table": "download_files", "column": "content_sealed"}
    return zlib.decompress(unseal_bytes(shop.keys, sealed, row=place, purpose="field", **where))
