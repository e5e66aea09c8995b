"""Imports (导入): members of an older system come along, store by store, with what they had there.

The same file again adds nothing and fills only what is empty: whoever is there already, has left,
or has taken something out, stays as they are. A run that was cut off is simply started again.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.custody.auditing import OPERATOR, Act, audit
from services.imports.files import MemberFile, RejectedFile
from services.imports.ledger import COLUMNS as LEDGER_COLUMNS
from services.imports.ledger import opening_of
from services.imports.rows import Batch, MemberFileReader, MemberRow, RejectedRow
from services.imports.writing import (
    Fills,
    NewMembers,
    Run,
    fillable,
    fills_of,
    ids_for,
    new_members,
)
from services.people.consents import hash_of
from services.shop import Shop
from storage.bulk import refresh_statistics
from storage.imports import (
    COUNTS,
    RunReplaced,
    adjusted_accounts,
    count_in_run,
    emptied_details,
    finish_run,
    insert_run,
    known_members,
    replace_runs,
    review_same_phones,
)
from storage.people import keep_consent_text
from storage.sql import Row
from storage.transactions import transactional

__all__ = ["ImportRequest", "ImportStoreUnknown", "RunReplaced", "import_members"]

BATCH = 5_000
WRITTEN = ("members", "imported_members", "member_details", *LEDGER_COLUMNS)
Watcher = Callable[[int], None]


class ImportStoreUnknown(Exception):
    """No store of the brand has this code."""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """`basis` says why the shop may keep what the file has, in the words that members read."""

    file: MemberFile
    store: str
    basis: str
    only_try: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it; `run_id` is None, and nothing is written, where it was only tried."""

    run_id: int | None
    counts: Mapping[str, int]


@dataclass(slots=True)
class Prepared:
    """A batch ready to be written; nobody has locked anything yet."""

    last_line: int
    read: int
    new: NewMembers
    fills: Fills
    unchanged: int
    rejected: Sequence[RejectedRow]

    @property
    def counts(self) -> dict[str, int]:
        return {
            "added": len(self.new.ids),
            "filled": len(self.fills.members),
            "unchanged": self.unchanged,
            "rejected": len(self.rejected),
        }


async def import_members(shop: Shop, request: ImportRequest, told: Watcher) -> Imported:
    """Bring the file's members into the store; `told` hears of rows as they are through.

    Raises ImportStoreUnknown, FileFault, and RunReplaced where another run of the store began.
    """
    store_id = _store_id(shop, request.store)
    with request.file.text() as text:
        reader = MemberFileReader(shop, store_id, text, delimiter=request.file.delimiter)
        rejected = RejectedFile(request.file.rejected_path, reader.header)
        try:
            if request.only_try:
                return await _try(shop, store_id, reader, rejected, told=told)
            run = await start_run(shop, request, store_id)
            await Importer(shop, run, reader).write_all(rejected, told)
        finally:
            rejected.close()
    counts = await end_run(shop, run)
    if counts["added"]:
        await refresh_statistics(WRITTEN)
    return Imported(run.id, counts)


def _store_id(shop: Shop, code: str) -> int:
    for store_id, place in shop.rules.places.items():
        if place.store == code:
            return store_id
    raise ImportStoreUnknown(code)


@transactional
async def start_run(shop: Shop, request: ImportRequest, store_id: int) -> Run:
    """From now on the only run of the store."""
    await replace_runs(store_id)
    basis_hash = hash_of(request.basis)
    await keep_consent_text(basis_hash, request.basis, shop.now())
    run_id = await insert_run(
        store_id=store_id,
        file_digest=request.file.digest,
        basis_hash=basis_hash,
        state="running",
        started_at=shop.now(),
    )
    store_name = shop.rules.places[store_id].store_name
    opening = opening_of(shop, run_id, store_name, await adjusted_accounts())
    facts = {"store": request.store, "file": request.file.digest}
    await audit(
        shop,
        OPERATOR,
        Act("member.import", subject=f"import:{run_id}", facts=facts),
        key=f"import:{run_id}",
    )
    return Run(run_id, store_id, opening)


@transactional
async def end_run(shop: Shop, run: Run) -> dict[str, int]:
    """The run's figures, also in the trail. Raises RunReplaced."""
    found = await finish_run(run.id, shop.now())
    if found is None:
        raise RunReplaced
    counts = {name: int(found[name]) for name in COUNTS}
    act = Act("member.imported", subject=f"import:{run.id}", facts=counts)
    await audit(shop, OPERATOR, act, key=f"import:{run.id}")
    return counts


@transactional
async def write_batch(shop: Shop, run: Run, prepared: Prepared) -> None:
    """All of a batch or nothing of it, and once. Raises RunReplaced."""
    if not await count_in_run(run.id, prepared.last_line, **prepared.counts):
        return  # The commit came through, and only its answer was lost.
    await prepared.new.write()
    await prepared.fills.write()
    with_phone = [line[0] for line in prepared.fills.basics["phone"]]
    await review_same_phones([*prepared.new.ids, *with_phone], run.id, shop.now())


@dataclass(slots=True)
class Importer:
    """While the database writes a batch, the next one is read and sealed."""

    shop: Shop
    run: Run
    reader: MemberFileReader
    # Whom this run has added so far and a look at the tables may not see yet.
    just_added: set[str] = field(default_factory=set)

    async def write_all(self, rejected: RejectedFile, told: Watcher) -> None:
        prepared = await self.prepare_next()
        while prepared is not None:
            preparing = asyncio.create_task(self.prepare_next())
            try:
                await write_batch(self.shop, self.run, prepared)
            finally:
                # Never cancelled: it may be in the middle of a query.
                await asyncio.wait([preparing])
            rejected.add(prepared.rejected)
            told(prepared.read)
            prepared = preparing.result()

    async def prepare_next(self) -> Prepared | None:
        batch = await asyncio.to_thread(self.reader.next_batch, BATCH)
        if not batch.read:
            return None
        known = await known_members(self.run.store_id, _indexes(batch))
        new, there, twice = self._sorted(batch, known)
        self.just_added = {member.external_index for member in new}
        emptied = await emptied_details(_to_fill(there, known))
        ids = await ids_for(new)
        return Prepared(
            last_line=self.reader.line,
            read=batch.read,
            new=await asyncio.to_thread(new_members, self.shop, self.run, new, ids),
            fills=(fills := fills_of(self.shop, self.run, there, known, emptied)),
            unchanged=len(there) - len(fills.members),
            rejected=[*batch.rejected, *twice],
        )

    def _sorted(
        self, batch: Batch, known: Mapping[str, Row]
    ) -> tuple[list[MemberRow], list[MemberRow], list[RejectedRow]]:
        """Who is new, who was there before this run, and who stands in the file a second time."""
        new, there, twice = list[MemberRow](), list[MemberRow](), list[RejectedRow]()
        for member in batch.rows:
            found = known.get(member.external_index)
            if member.external_index in self.just_added or _is_of(self.run, found):
                reason = "external_no stands in an earlier line already"
                twice.append(RejectedRow(member.line, reason, member.cells))
            else:
                (there if found else new).append(member)
        return new, there, twice


async def _try(
    shop: Shop, store_id: int, reader: MemberFileReader, rejected: RejectedFile, *, told: Watcher
) -> Imported:
    """Read everything and look up everybody, and write nothing but what was refused."""
    counts = dict.fromkeys(COUNTS, 0)
    while (batch := await asyncio.to_thread(reader.next_batch, BATCH)).read:
        known = await known_members(store_id, _indexes(batch))
        there = [member for member in batch.rows if member.external_index in known]
        filled = sum(bool(fillable(one, known[one.external_index])) for one in there)
        counts["added"] += len(batch.rows) - len(there)
        counts["filled"] += filled
        counts["unchanged"] += len(there) - filled
        counts["rejected"] += len(batch.rejected)
        rejected.add(batch.rejected)
        told(batch.read)
    return Imported(None, counts)


def _indexes(batch: Batch) -> list[str]:
    return [member.external_index for member in batch.rows]


def _is_of(run: Run, found: Row | None) -> bool:
    return found is not None and found["run_id"] == run.id


def _to_fill(there: Sequence[MemberRow], known: Mapping[str, Row]) -> list[int]:
    found = [(one, known[one.external_index]) for one in there]
    return [line["member_id"] for one, line in found if fillable(one, line)]
