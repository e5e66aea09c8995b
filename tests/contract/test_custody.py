"""Custody (保管) with real processes: a backup under load restored elsewhere, keys that change."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.contract.accounts import ACCOUNTS, configuration
from tests.contract.bench import Bench
from tests.contract.client import Phone
from tests.contract.installation import Installation, ServerRun
from tests.server_process import free_port

BUYERS = 4
CODE = re.compile(r"确认 ([2-9A-Z]{6})")


async def buy_until(done: asyncio.Event, bench: Bench) -> int:
    """Somebody joins, says a name and claims receipts; how many."""
    phone, claimed = await bench.member(), 0
    await phone.says("填称呼")
    await phone.says("王小明")
    while not done.is_set() or not claimed:
        await phone.says(await bench.receipt(3200), at=claimed)
        claimed += 1
    assert str(50 + 32 * claimed) in await bench.points_of(phone)
    return claimed


@asynccontextmanager
async def busy(bench: Bench) -> AsyncIterator[None]:
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for _ in range(BUYERS):
            group.create_task(buy_until(done, bench))
        try:
            yield
        finally:
            done.set()


async def commanded(shop: Installation, *words: str) -> str:
    return await asyncio.to_thread(shop.succeed, *words)


def sums(printed: str) -> list[str]:
    """What both commands print of every table, and of all of them."""
    return [line for line in printed.splitlines() if re.fullmatch(r"\w+ \d+ [0-9a-f]{16,64}", line)]


@contextmanager
def another(shop: Installation, directory: Path, database_url: str) -> Iterator[Installation]:
    """A machine with the configuration and the key ring of this one, and an empty database."""
    (directory / "var").mkdir(parents=True)
    shutil.copy(shop.directory / "var" / "keys.toml", directory / "var")
    other = Installation(directory, shop.wechat, database_url, enrolments=shop.enrolments)
    other.servers.append(ServerRun(free_port(), free_port(), directory / "serve.log"))
    facts = {
        "port": other.servers[0].port,
        "admin_port": other.servers[0].admin_port,
        "database": database_url,
        "redis": "",
        "api": shop.wechat.url,
    }
    other.config.write_text(configuration(ACCOUNTS, facts), encoding="utf-8")
    try:
        yield other
    finally:
        other.stop_all()


async def owner_of(bench: Bench) -> Phone:
    invited = json.loads(await commanded(bench.shop, "staff", "invite", "--role", "owner"))
    phone = await bench.follower()
    assert "绑定成功" in await phone.says(f"绑定 {invited['code']}")
    return phone


async def figure(bench: Bench, shop: Installation, name: str) -> float:
    async with bench.session.get(f"{shop.servers[0].admin_url}/metrics") as response:
        text = await response.text()
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_a_backup_under_load_comes_back_elsewhere_and_sends_nothing(
    bench: Bench, tmp_path: Path, postgres_url: str
) -> None:
    owner, member = await owner_of(bench), await bench.member()
    file = tmp_path / "shuke.backup"
    async with busy(bench):
        written = await commanded(bench.shop, "backup", str(file))
    with another(bench.shop, tmp_path / "elsewhere", postgres_url) as elsewhere:
        restored = await commanded(elsewhere, "restore", str(file))
        assert sums(restored) == sums(written)
        assert len(sums(written)) > 50
        elsewhere.verify()
        again = elsewhere.command("restore", str(file))
        assert (again.returncode, "empty database" in again.stderr) == (2, True)
        elsewhere.start_missing()
        there = replace(member, urls=elsewhere.urls)
        await nothing_leaves_until_resumed(bench, elsewhere, there, replace(owner, urls=there.urls))


async def nothing_leaves_until_resumed(
    bench: Bench, shop: Installation, member: Phone, owner: Phone
) -> None:
    sent = len(bench.wechat.journal)
    async with bench.session.get(f"{shop.servers[0].admin_url}/readyz") as response:
        assert response.status == 200
    assert "50" in await member.says("积分")
    await member.says("会员码")
    asked = await owner.says("恢复发送")
    code = CODE.search(asked)
    assert code is not None, asked
    assert "系统从备份恢复" in asked
    assert await figure(bench, shop, "shuke_sending_paused") == 1
    assert await figure(bench, shop, 'shuke_outbox_messages{state="queued"}') >= 1
    assert bench.wechat.journal[sent:] == []
    assert "已恢复发送" in await owner.says(f"确认 {code[1]}")
    await member.hears(after=sent)
    assert await figure(bench, shop, "shuke_sending_paused") == 0


async def test_a_copied_database_sends_nothing_on_another_machine(
    sqlite_bench: Bench, tmp_path: Path
) -> None:
    shop = sqlite_bench.shop
    with another(shop, tmp_path / "clone", "sqlite://var/shuke.db") as clone:
        for path in (shop.directory / "var").glob("shuke.db*"):
            shutil.copy(path, clone.directory / "var")
        clone.start_missing()
        assert await figure(sqlite_bench, clone, "shuke_sending_paused") == 1
        assert await figure(sqlite_bench, shop, "shuke_sending_paused") == 0
        assert "sending_paused" in {line["event"] for line in clone.log_lines()}


async def test_keys_change_under_two_processes_at_work(postgres_bench: Bench) -> None:
    shop = postgres_bench.shop
    async with busy(postgres_bench):
        retired = {purpose: await rotated(shop, purpose) - 1 for purpose in ("field", "till_seal")}
        # What docs/operations.md tells to wait for.
        await asyncio.sleep(3)
        await commanded(shop, "keys", "reseal")
        for purpose, key_id in retired.items():
            await commanded(shop, "keys", "remove", "--purpose", purpose, "--id", str(key_id))
        newcomer = await postgres_bench.member()
        await newcomer.says("填称呼")
        await newcomer.says("李小红")
    for number in range(shop.process_count):
        assert "李*" in await newcomer.says("资料", at=number)
    assert shop.errors() == []
    shop.verify()


async def rotated(shop: Installation, purpose: str) -> int:
    """The number of the key that is current from now on."""
    words = (await commanded(shop, "keys", "rotate", "--purpose", purpose)).split()
    return int(words[words.index("key") + 1])
