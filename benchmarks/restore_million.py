"""A million members, there and back (百万会员恢复): how long a backup and a restore take.

    python -m benchmarks.restore_million [--members 1000000] [sqlite] [postgres]

Each member has a follower, a consent, a purchase, a ledger account, a posting with its entries and
a lot, written by set-based SQL. What is restored must have the digest of what was backed up.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from services.custody.backups import make_backup
from services.custody.restoring import Restoration
from services.shop import BackupPlace, Shop
from storage.database import (
    DatabaseAddress,
    close_database,
    current_client,
    is_postgres,
    open_database,
)
from storage.dump import Nobody
from tests.servers import postgres_server
from tests.shop_parts import OPENING, a_till, open_test_shop

Result = TypeVar("Result")
KINDS = ("sqlite", "postgres")
SECONDS_WANTED = 15 * 60
FIRST_ACCOUNT = 1000
SEALED = {True: "decode(md5(i::text) || md5((-i)::text), 'hex')", False: "randomblob(32)"}
DIGEST = {True: "md5(i::text) || md5((-i)::text)", False: "lower(hex(randomblob(32)))"}
NUMBERS = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {members})
"""
# A statement each, after INSERT INTO.
TABLES = """
members (id, member_no, joined_at, join_key, name_sealed, phone_sealed, phone_index)
  SELECT i, '8' || (10000000 + i), {at}, 'join-' || i, {sealed}, {sealed}, {digest} FROM n;
followers (id, account, openid, member_id, follows, changed_at, first_seen_at)
  SELECT i, 'main', 'o-' || {digest}, i, TRUE, {at}, {at} FROM n;
consents
  (follower_id, member_id, purpose, given, text_version, text_hash, channel, key, recorded_at)
  SELECT i, i, 'programme', TRUE, '1', 'text', 'chat', 'consent-' || i, {at} FROM n;
ledger_accounts (id, member_id, unit, name, balance)
  SELECT {account} + i, i, 'points', 'member', 32 FROM n;
ledger_transactions (id, key, kind, cause, actor, occurred_at, recorded_at, digest)
  SELECT i, 'purchase-points:' || i, 'earn', 'purchase', 'till', {at}, {at}, {digest} FROM n;
ledger_entries (id, transaction_id, account_id, amount)
  SELECT 2 * i - 1, i, {account} + i, 32 FROM n;
ledger_entries (id, transaction_id, account_id, amount)
  SELECT 2 * i, i, {issued}, -32 FROM n;
lots (id, account_id, entry_id, amount, remaining, expires_on, opened_at)
  SELECT i, {account} + i, 2 * i - 1, 32, 32, '2028-01-11', {at} FROM n;
purchases
  (id, till_id, receipt_no, key_epoch, receipt_seq, paid_at, claim_until, paid_fen, lines,
   member_id, points, fingerprint, recorded_at)
  SELECT i, {till}, 'R-' || i, 0, i, {at}, {at}, 3200, '{lines}', i, 32, {digest}, {at} FROM n
"""
ISSUED = "(SELECT id FROM ledger_accounts WHERE unit = 'points' AND name = 'issued')"
LINES = (
    '[{"sku": "latte", "name": "拿铁", "category": "coffee", "quantity": 1, "amount_fen": 3200}]'
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("kinds", nargs="*", default=KINDS, metavar="KIND")
    wanted = parser.parse_args()
    for kind in wanted.kinds:
        with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as pair:
            asyncio.run(there_and_back(pair, wanted.members, Path(folder) / "million.backup"))


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[tuple[DatabaseAddress, DatabaseAddress]]:
    """One to copy and an empty one."""
    if kind == "sqlite":
        one, other = (DatabaseAddress(f"sqlite://{folder / name}.db") for name in ("one", "other"))
        yield one, other
        return
    with postgres_server() as server:
        yield DatabaseAddress(server.create_database()), DatabaseAddress(server.create_database())


async def there_and_back(
    pair: tuple[DatabaseAddress, DatabaseAddress], members: int, file: Path
) -> None:
    one, other = pair
    print(f"{one.url.partition(':')[0]}: {members:,} members", flush=True)
    async with open_test_shop(one) as shop:
        await timed("writing", write_members(shop, members))
        kept = replace(shop, backups=BackupPlace(one))
        backup = await timed("backup", make_backup(kept, file, Nobody()))
    print(f"  {backup.rows:,} rows, {backup.size_bytes / 2**20:.0f} MB", flush=True)
    await open_database(other, patient=True)
    restoration = Restoration(file, shop.keys)
    restored = await timed(
        "restore", restoration.run(other, OPENING, watcher=Nobody()), most=SECONDS_WANTED
    )
    await close_database()
    assert restored.digest == backup.digest
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  the same digest; {megabytes} MB of memory at most", flush=True)


async def timed(what: str, work: Awaitable[Result], *, most: int = 0) -> Result:
    started = time.perf_counter()
    done = await work
    wanted = f" of {most}" if most else ""
    print(f"  {what}: {time.perf_counter() - started:.1f} s{wanted}", flush=True)
    return done


async def write_members(shop: Shop, members: int) -> None:
    till = await a_till(shop)
    facts = {
        "members": members,
        "till": till.till_no,
        "account": FIRST_ACCOUNT,
        "at": 1_800_000_000_000,
        "sealed": SEALED[is_postgres()],
        "digest": DIGEST[is_postgres()],
        "issued": ISSUED,
        "lines": LINES,
    }
    async with current_client().acquire_connection() as connection:
        if is_postgres():
            await connection.execute("SET statement_timeout = 0")
        await connection.execute(
            "INSERT INTO consent_texts (text_hash, text, first_used_at) VALUES ('text', 'text', 1)"
        )
        for table in TABLES.split(";"):
            statement = f"{NUMBERS} INSERT INTO {table}"
            await connection.execute(statement.format(**facts))


if __name__ == "__main__":
    sys.exit(main())
