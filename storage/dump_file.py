"""The backup file (备份文件): compressed, then sealed in chunks under the ring's backup key.

A header in clear says under which key; it is authenticated with every chunk. Chunks are counted
and the last one says so: a changed, swapped, missing or foreign chunk is refused, and so is a file
that was cut off.
"""

import gzip
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"SHUKE BACKUP 1\n"
CHUNK_BYTES = 1 << 20
LARGEST_HEADER = 1 << 20
TAG_BYTES = 16
SALT_BYTES = 32
KEY_BYTES = 32
LENGTH_BYTES = 4
COUNTER_BYTES = 8
COMPRESSION = 3
LAST, NOT_LAST = b"last", b"more"


class BackupRefused(Exception):
    """The file cannot be written, or is not a whole backup of ours; the text says why."""


Header = dict[str, Any]
KeyOf = Callable[[int], bytes]


class ChunkWriter(io.RawIOBase):
    """Seals what is written to it, chunk by chunk."""

    def __init__(self, file: BinaryIO, header: Mapping[str, Any], key: bytes) -> None:
        salt = token_bytes(SALT_BYTES)
        self._file = file
        self._head = _packed({**header, "salt": salt.hex()})
        self._cipher = AESGCM(_file_key(key, salt))
        self._waiting = bytearray()
        self._number = 0
        file.write(MAGIC + len(self._head).to_bytes(LENGTH_BYTES, "big") + self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), NOT_LAST)
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        self._seal(bytes(self._waiting), LAST)
        self._waiting.clear()

    def _seal(self, chunk: bytes, mark: bytes) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, mark), chunk, self._head)
        self._file.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)
        self._number += 1


class ChunkReader(io.RawIOBase):
    """Gives back what was sealed, and refuses everything else."""

    def __init__(self, file: BinaryIO, key_of: KeyOf) -> None:
        self._file = file
        self._head = _read_head(file)
        self.header = _parsed(self._head)
        key = key_of(int(self.header["key"]))
        self._cipher = AESGCM(_file_key(key, bytes.fromhex(self.header["salt"])))
        self._left = memoryview(b"")
        self._number = 0
        self._is_ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left and not self._is_ended:
            self._left = memoryview(self._next_chunk())
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def _next_chunk(self) -> bytes:
        length = int.from_bytes(_exactly(self._file, LENGTH_BYTES), "big")
        if not TAG_BYTES <= length <= CHUNK_BYTES + TAG_BYTES:
            raise _damaged()
        sealed = _exactly(self._file, length)
        for mark in (NOT_LAST, LAST):
            with suppress(InvalidTag):
                chunk = self._cipher.decrypt(_nonce(self._number, mark), sealed, self._head)
                self._number += 1
                self._end_with(mark)
                return chunk
        if self._number == 0:
            raise BackupRefused("was not made under this key ring's backup key, or is damaged")
        raise _damaged()

    def _end_with(self, mark: bytes) -> None:
        self._is_ended = mark == LAST
        if self._is_ended and self._file.read(1):
            raise BackupRefused("goes on after its end")


@contextmanager
def lines_written(path: Path, header: Header, key: bytes) -> Iterator[Callable[[bytes], None]]:
    """A new file, whole and on disk when this ends without a fault; otherwise there is none."""
    if path.exists():
        raise BackupRefused("exists already and stays as it is")
    aside = path.with_name(f".{path.name}.{token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            chunks = ChunkWriter(file, header, key)
            with gzip.GzipFile(fileobj=chunks, mode="wb", compresslevel=COMPRESSION) as packed:
                yield lambda line: _write_line(packed, line)
            chunks.finish()
            file.flush()
            os.fsync(file.fileno())
        os.rename(aside, path)
        _sync_folder(path.parent)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(aside)


@contextmanager
def lines_read(path: Path, key_of: KeyOf) -> Iterator[tuple[Header, Iterator[bytes]]]:
    """The header, and the lines as they were written. Raises BackupRefused, also while reading."""
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below, whatever the header says
    except OSError as error:
        raise BackupRefused(f"cannot be read: {error.strerror}") from None
    with file:
        chunks = ChunkReader(file, key_of)
        with gzip.GzipFile(fileobj=io.BufferedReader(chunks, CHUNK_BYTES)) as unpacked:
            yield chunks.header, iter(unpacked.readline, b"")


def _write_line(packed: gzip.GzipFile, line: bytes) -> None:
    packed.write(line)
    packed.write(b"\n")


def _file_key(key: bytes, salt: bytes) -> bytes:
    # Each file has a key of its own, so that counted nonces are never used twice under one key.
    return HKDF(SHA256(), KEY_BYTES, salt, b"shuke backup file").derive(key)


def _nonce(number: int, mark: bytes) -> bytes:
    return number.to_bytes(COUNTER_BYTES, "big") + mark


def _packed(header: Mapping[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True).encode()


def _read_head(file: BinaryIO) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise BackupRefused("is not a backup of Shuke")
    length = int.from_bytes(_exactly(file, LENGTH_BYTES), "big")
    if length > LARGEST_HEADER:
        raise _damaged()
    return _exactly(file, length)


def _parsed(head: bytes) -> Header:
    try:
        header: Header = json.loads(head)
        bytes.fromhex(header["salt"])
        int(header["key"])
    except (ValueError, KeyError, TypeError):
        raise _damaged() from None
    return header


def _exactly(file: BinaryIO, length: int) -> bytes:
    found = file.read(length)
    if len(found) < length:
        raise BackupRefused("is cut off")
    return found


def _damaged() -> BackupRefused:
    return BackupRefused("is damaged")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
