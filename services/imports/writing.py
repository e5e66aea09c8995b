"""Import writing (导入写入): rows as lines of the tables, sealed before any lock is held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loyalty.details import BASICS
from loyalty.member_numbers import member_number
from services.details.keeping import birthday_digest
from services.imports.ledger import Opening, Postings, add_posting, amounts_of
from services.imports.rows import MemberRow
from services.shop import Shop
from storage.bulk import copy_in, take_ids
from storage.imports import fill_extras, fill_in, log_fills
from storage.sealing import blind_index, seal
from storage.sql import Row

Lines = list[tuple[Any, ...]]
MEMBER_COLUMNS = (
    *("id", "member_no", "joined_at", "join_key", "home_store_id"),
    *("name_sealed", "phone_sealed", "phone_index", "birthday_sealed"),
    "birthday_index",
)
IMPORTED_COLUMNS = ("run_id", "store_id", "external_index", "member_id")
EXTRA_COLUMNS = ("member_id", "name", "value_sealed", "changed_at", "changed_by")


@dataclass(frozen=True, slots=True)
class Run:
    """One import of a file into a store; `at_ms` is when everything of it happened."""

    id: int
    store_id: int
    opening: Opening

    @property
    def at_ms(self) -> int:
        return self.opening.at_ms

    @property
    def actor(self) -> str:
        return self.opening.actor


@dataclass(slots=True)
class NewMembers:
    """Members who come along, with details and opening balances."""

    ids: Sequence[int]
    members: Lines = field(default_factory=list)
    imported: Lines = field(default_factory=list)
    extras: Lines = field(default_factory=list)
    postings: Postings = field(default_factory=Postings)

    async def write(self) -> None:
        await copy_in("members", MEMBER_COLUMNS, self.members)
        await copy_in("imported_members", IMPORTED_COLUMNS, self.imported)
        await copy_in("member_details", EXTRA_COLUMNS, self.extras)
        await self.postings.write()


@dataclass(slots=True)
class Fills:
    """What was empty with members who came before, and the file has by now."""

    members: set[int] = field(default_factory=set)
    basics: dict[str, Lines] = field(default_factory=lambda: {name: [] for name in BASICS})
    extras: Lines = field(default_factory=list)
    log: Lines = field(default_factory=list)

    async def write(self) -> None:
        for name, lines in self.basics.items():
            await fill_in(name, lines)
        await fill_extras(self.extras)
        await log_fills(self.log)


async def ids_for(rows: Sequence[MemberRow]) -> dict[str, list[int]]:
    """Numbers for new members and what they bring, taken before anything is written."""
    openings = [amounts_of(member) for member in rows]
    accounts = sum(map(len, openings))
    return {
        "members": await take_ids("members", len(rows)),
        "ledger_accounts": await take_ids("ledger_accounts", accounts),
        "ledger_transactions": await take_ids("ledger_transactions", sum(map(bool, openings))),
        "ledger_entries": await take_ids("ledger_entries", 2 * accounts),
    }


def new_members(
    shop: Shop, run: Run, rows: Sequence[MemberRow], ids: Mapping[str, list[int]]
) -> NewMembers:
    new = NewMembers(ids["members"])
    left = {table: iter(taken) for table, taken in ids.items()}
    for member, member_id in zip(rows, new.ids, strict=True):
        _add_member(shop, run, new, member, member_id)
        if amounts := amounts_of(member):
            add_posting(new.postings, run.opening, member_id, amounts, left)
    return new


def _add_member(shop: Shop, run: Run, new: NewMembers, member: MemberRow, member_id: int) -> None:
    details = member.details
    sealed = {name: sealed_basic(shop, member_id, name, details.get(name)) for name in BASICS}
    phone, birthday = details.get("phone"), details.get("birthday")
    new.members.append(
        (
            member_id,
            member_number(member_id),
            run.at_ms if member.joined_ms is None else member.joined_ms,
            f"import:{member_id}",
            run.store_id,
            sealed["name"],
            sealed["phone"],
            blind_index(shop.keys, "phone", phone) if phone else None,
            sealed["birthday"],
            birthday_digest(shop.keys, birthday) if birthday else None,
        )
    )
    new.imported.append((run.id, run.store_id, member.external_index, member_id))
    for name in details.keys() - set(BASICS):
        value = sealed_extra(shop, member_id, name, details[name])
        new.extras.append((member_id, name, value, run.at_ms, run.actor))


def fills_of(
    shop: Shop,
    run: Run,
    rows: Sequence[MemberRow],
    known: Mapping[str, Row],
    emptied: set[tuple[int, str]],
) -> Fills:
    fills = Fills()
    for member in rows:
        found = known[member.external_index]
        member_id = found["member_id"]
        for name in fillable(member, found):
            if (member_id, name) not in emptied:
                _add_fill(shop, run, fills, (member_id, name, member.details[name]))
    return fills


def fillable(member: MemberRow, found: Row) -> list[str]:
    """What the file has, and an active member who came before has not."""
    return [name for name in member.details if found[name]] if found["state"] == "active" else []


def _add_fill(shop: Shop, run: Run, fills: Fills, told: tuple[int, str, str]) -> None:
    member_id, name, value = told
    fills.members.add(member_id)
    fills.log.append((member_id, name, run.actor, run.at_ms, f"{run.actor}:{member_id}"))
    if name not in BASICS:
        sealed = sealed_extra(shop, member_id, name, value)
        return fills.extras.append((member_id, name, sealed, run.at_ms, run.actor))
    index = [blind_index(shop.keys, "phone", value)] if name == "phone" else []
    fills.basics[name].append((member_id, sealed_basic(shop, member_id, name, value), *index))


def sealed_basic(shop: Shop, member_id: int, name: str, value: str | None) -> bytes | None:
    if value is None:
        return None
    return seal(shop.keys, value, table="members", column=f"{name}_sealed", row=member_id)


def sealed_extra(shop: Shop, member_id: int, name: str, value: str) -> bytes:
    row = f"{member_id}:{name}"
    return seal(shop.keys, value, table="member_details", column="value_sealed", row=row)
