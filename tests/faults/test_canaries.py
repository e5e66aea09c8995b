"""Canaries (金丝雀): what a real server was told in confidence stands nowhere it should not.

Phone, name, address, e-mail, the words of a complaint, secrets, tokens and a session are said to
a running installation, which is then broken and killed; its database, logs, metrics, error pages
and backup are searched byte for byte.
"""

import base64
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from tests.contract.accounts import ACCOUNTS
from tests.contract.bench import Bench
from tests.contract.client import Phone
from tests.contract.fake_wechat import fake_wechat
from tests.contract.installation import Installation

PHONE, NAME, EMAIL = "13987654321", "欧阳金丝雀", "canary.bird@example.org"
ADDRESS, COMPLAINT = "科华北路九十九号金丝雀苑", "收银台前的金丝雀笼子倒了"
PERSONAL = (PHONE, NAME, EMAIL, ADDRESS, COMPLAINT)
DETAILS = (f"1 {PHONE}", f"2 {NAME}", f"5 {EMAIL}", f"6 {ADDRESS}")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with fake_wechat(*ACCOUNTS) as wechat:
        shop = Installation(tmp_path, wechat, "sqlite://var/shuke.db")
        try:
            shop.prepare()
            shop.start_missing()
            yield shop
        finally:
            shop.stop_all()


@pytest.fixture
async def bench(installation: Installation) -> AsyncIterator[Bench]:
    async with aiohttp.ClientSession() as session:
        yield Bench(installation, session)


async def confide(bench: Bench) -> Phone:
    """A member says everything; a page logs in silently."""
    phone = await bench.member()
    for detail in DETAILS:
        await phone.says("资料")
        await phone.says(detail)
    await phone.says(f"投诉 {COMPLAINT}，请打 {PHONE} 找{NAME}")
    shown = await phone.says("资料")
    assert "139****4321" in shown
    assert (await phone.opens(bench.link(await bench.receipt(3200)))).status == 200
    assert phone.cookies
    await bench.member_code(phone)
    return phone


async def error_pages(bench: Bench) -> str:
    """Answers to requests that go wrong, each with something of a person or a secret in it."""
    url, secrets = bench.shop.urls[0], bench.secrets()
    texts = []
    for path in ("/nothing", "/r/x", "/g/x", "/d/x", "/mini/x", "/pos/v1/x", "/wechat/main"):
        query = {"name": NAME, "phone": PHONE, "secret": secrets[0], "mail": EMAIL}
        async with bench.session.get(f"{url}{path}", params=query) as response:
            texts.append(await response.text())
        body = json.dumps({"name": NAME, "phone": PHONE, "address": ADDRESS}).encode()
        async with bench.session.post(f"{url}{path}", data=body) as response:
            texts.append(await response.text())
    return "\n".join(texts)


async def break_down(bench: Bench, phone: Phone) -> None:
    """A table is gone, so that what people say next ends in tracebacks."""
    with closing(sqlite3.connect(bench.database_file, timeout=10)) as database:
        database.execute("ALTER TABLE member_details RENAME TO gone")
        database.execute("ALTER TABLE tickets RENAME TO gone_too")
    for words in (f"6 {ADDRESS}", f"投诉 {COMPLAINT} {PHONE}"):
        await phone.deliver(phone.text("资料"))
        await phone.deliver(phone.text(words))
    assert any("traceback" in line for line in bench.shop.log_lines())


def forms_of(text: str) -> list[bytes]:
    """As text, escaped, encoded, and as a phone is written with its country."""
    plain = text.encode()
    escaped = json.dumps(text).strip('"').encode()
    return [plain, escaped, base64.b64encode(plain), plain.hex().encode(), text.encode("utf-16-le")]


def found_in(content: bytes, canaries: list[str]) -> list[str]:
    return [text for text in canaries if any(form in content for form in forms_of(text))]


async def test_nothing_confided_stands_in_database_logs_metrics_pages_or_backup(
    bench: Bench,
) -> None:
    shop, phone = bench.shop, await confide(bench)
    cookie = next(iter(phone.cookies.values()))
    hidden = [*PERSONAL, *bench.secrets(), cookie]
    pages = await error_pages(bench)
    async with bench.session.get(f"{shop.servers[0].admin_url}/metrics") as response:
        metrics = await response.text()
    shop.succeed("backup", str(shop.directory / "canary.backup"))
    await break_down(bench, phone)
    shop.kill()
    files = [path for path in shop.directory.rglob("*") if path.is_file()]
    searched = [path for path in files if path.name not in ("config.toml", "keys.toml")]
    assert {"shuke.db", "shuke.db-wal", "serve-0.log", "canary.backup"} <= {p.name for p in files}
    places = {str(path.relative_to(shop.directory)): path.read_bytes() for path in searched}
    places |= {"pages": pages.encode(), "metrics": metrics.encode()}
    assert any(found_in(content, [phone.openid]) for content in places.values())
    leaks = {name: found_in(content, hidden) for name, content in places.items()}
    assert {name: found for name, found in leaks.items() if found} == {}


def test_a_canary_that_sings_is_heard() -> None:
    for text in PERSONAL:
        for form in forms_of(text):
            assert found_in(b"..." + form + b"...", [text]) == [text]
