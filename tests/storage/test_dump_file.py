"""The backup file (备份文件): what was written comes back, anything else is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.dump_file import MAGIC, BackupRefused, lines_read, lines_written

KEY = bytes(range(32))
# Not to be packed into less than three chunks.
LINES = [json.dumps([number, hash((number, "x"))]).encode() for number in range(200_000)]


def written(path: Path, lines: list[bytes] = LINES) -> Path:
    with lines_written(path, {"version": 1, "key": 1}, KEY) as write:
        for line in lines:
            write(line)
    return path


def read(path: Path, key: bytes = KEY) -> list[bytes]:
    with lines_read(path, lambda number: key) as (header, lines):
        assert header["key"] == 1
        return [line.rstrip(b"\n") for line in lines]


def chunk_places(content: bytes) -> list[tuple[int, int]]:
    """Where each chunk begins and ends, with its length."""
    place = len(MAGIC)
    place += 4 + int.from_bytes(content[place : place + 4], "big")
    found = []
    while place < len(content):
        end = place + 4 + int.from_bytes(content[place : place + 4], "big")
        found.append((place, end))
        place = end
    return found


def test_lines_come_back_and_stand_nowhere_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "b")
    assert read(path) == LINES
    assert len(chunk_places(path.read_bytes())) > 2
    assert LINES[7] not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["b"]


def test_two_files_of_the_same_lines_have_nothing_in_common(tmp_path: Path) -> None:
    one, two = (written(tmp_path / name, LINES[:9]).read_bytes() for name in "ab")
    assert one[-60:] != two[-60:]


def without_last(content: bytes) -> bytes:
    return content[: chunk_places(content)[-1][0]]


def swapped(content: bytes) -> bytes:
    (first, second), (_, third) = chunk_places(content)[:2]
    return content[:first] + content[second:third] + content[first:second] + content[third:]


def doubled(content: bytes) -> bytes:
    first, second = chunk_places(content)[0]
    return content[:second] + content[first:second] + content[second:]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "last chunk missing": without_last,
    "one byte short": lambda content: content[:-1],
    "one byte more": lambda content: content + b"x",
    "chunks swapped": swapped,
    "chunk twice": doubled,
    "another header": lambda content: content.replace(b'"version": 1', b'"version": 2'),
    "header cut": lambda content: content[:30],
    "not ours": lambda content: b"x" + content,
    "empty": lambda content: b"",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = written(tmp_path / "b")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BackupRefused):
        read(path)


def test_every_flipped_byte_of_a_small_file_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "b", LINES[:5])
    content = path.read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x40
        path.write_bytes(changed)
        with pytest.raises((BackupRefused, AssertionError)):
            read(path)


def test_another_key_ring_reads_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "b")
    with pytest.raises(BackupRefused, match="key ring"):
        read(path, key=bytes(32))


def test_what_fails_in_the_middle_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        written(tmp_path / "b", [LINES[0], None])  # type: ignore[list-item]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("precious")
    with pytest.raises(BackupRefused, match="exists already"):
        written(tmp_path / "b")
    assert (tmp_path / "b").read_text() == "precious"
