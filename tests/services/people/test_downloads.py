"""Downloads (下载): ten minutes, once a file, and only for whoever has the link."""

import asyncio
from dataclasses import replace

import pytest

from services.custody.resealing import count_under_old_keys, reseal_all
from services.people.downloads import DownloadGone, find_download, put_download, take_file
from services.shop import Shop
from storage.keyring import KEY_BYTES, KeyRing
from storage.sql import rows
from storage.transactions import transactional
from tests.shop_parts import MachineClock, a_follower

FILES = {"my-data.json": b'{"name": "\xe7\x8e\x8b\xe5\xb0\x8f\xe6\x98\x8e"}', "ledger.csv": b"1"}


@transactional
async def put(shop: Shop, follower_id: int, key: str) -> str:
    return await put_download(shop, follower_id, FILES, key=key)


async def a_link(shop: Shop, key: str = "m1") -> str:
    """The token in it."""
    link = await put(shop, (await a_follower(shop)).follower_id, key)
    assert link.startswith("http://shop.test/d/")
    return link.removeprefix("http://shop.test/d/")


async def test_a_file_is_fetched_once_and_nothing_of_it_stays(shop: Shop) -> None:
    token = await a_link(shop)
    assert await take_file(shop, token, "my-data.json") == FILES["my-data.json"]
    with pytest.raises(DownloadGone):
        await take_file(shop, token, "my-data.json")
    left = await rows("SELECT name FROM download_files WHERE content_sealed IS NOT NULL")
    assert left == [{"name": "ledger.csv"}]
    assert (await find_download(shop, token)).files == (
        ("my-data.json", True),
        ("ledger.csv", False),
    )


async def test_of_two_browsers_at_once_one_has_the_file(shop: Shop) -> None:
    token = await a_link(shop)
    asked = [take_file(shop, token, "ledger.csv") for _ in range(4)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [one for one in found if isinstance(one, bytes)] == [b"1"]
    assert {type(one) for one in found} == {bytes, DownloadGone}


async def test_the_page_may_be_looked_at_as_often_as_one_likes(shop: Shop) -> None:
    token = await a_link(shop)
    before = await rows("SELECT * FROM download_files")
    assert await find_download(shop, token) == await find_download(shop, token)
    assert await rows("SELECT * FROM download_files") == before


async def test_after_ten_minutes_it_is_gone(shop: Shop, clock: MachineClock) -> None:
    token = await a_link(shop)
    clock.pass_time(minutes=9, seconds=59)
    assert await find_download(shop, token)
    clock.pass_time(seconds=1)
    with pytest.raises(DownloadGone):
        await find_download(shop, token)
    with pytest.raises(DownloadGone):
        await take_file(shop, token, "ledger.csv")


async def test_the_same_message_again_has_the_same_link_and_no_second_copy(shop: Shop) -> None:
    token = await a_link(shop)
    await take_file(shop, token, "ledger.csv")
    assert await a_link(shop) == token
    assert await a_link(shop, "m2") != token
    with pytest.raises(DownloadGone):
        await take_file(shop, token, "ledger.csv")


@pytest.mark.parametrize("wrong", ["", "x", "A" * 43, "../" * 14 + "a", "é" * 43])
async def test_any_other_link_is_gone_alike(shop: Shop, wrong: str) -> None:
    await a_link(shop)
    with pytest.raises(DownloadGone):
        await find_download(shop, wrong)


@pytest.mark.parametrize("name", ["", "passwd", "../my-data.json", "my-data.json/", "MY-DATA.json"])
async def test_only_the_names_on_the_page_are_files(shop: Shop, name: str) -> None:
    token = await a_link(shop)
    with pytest.raises(DownloadGone):
        await take_file(shop, token, name)


async def test_neither_the_token_nor_the_content_stands_in_the_database(shop: Shop) -> None:
    token = await a_link(shop)
    kept = repr(await rows("SELECT * FROM downloads")) + repr(
        await rows("SELECT * FROM download_files")
    )
    assert token not in kept
    assert "王小明" not in kept
    assert repr("王小明".encode())[2:-1] not in kept


async def test_names_are_made_by_the_program_only(shop: Shop) -> None:
    follower_id = (await a_follower(shop)).follower_id

    @transactional
    async def put_odd() -> None:
        await put_download(shop, follower_id, {"../x.csv": b""}, key="odd")

    with pytest.raises(AssertionError):
        await put_odd()


async def test_files_survive_a_change_of_keys(shop: Shop) -> None:
    token, ring = await a_link(shop), shop.keys
    assert isinstance(ring, KeyRing)
    rotated = replace(shop, keys=ring.with_new_key(bytes(KEY_BYTES)))
    assert (await count_under_old_keys(rotated))["field"] == 2
    await reseal_all(rotated)
    without_old = replace(shop, keys=rotated.keys.without_key(1))  # type: ignore[attr-defined]
    assert await take_file(without_old, token, "ledger.csv") == b"1"
