"""Sealed columns (加密列): every place where a value is sealed, for sealing it anew."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from storage.sql import change, rows

PAGE = 500


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """`row` is the SQL for what a value is bound to besides table and column."""

    table: str
    column: str
    purpose: str
    row: str = "id"


SEALED_COLUMNS = (
    SealedColumn("members", "name_sealed", "field"),
    SealedColumn("members", "phone_sealed", "field"),
    SealedColumn("members", "birthday_sealed", "field"),
    SealedColumn("member_details", "value_sealed", "field", row="member_id || ':' || name"),
    SealedColumn("download_files", "content_sealed", "field", row="download_id || ':' || name"),
    SealedColumn("phone_codes", "phone_sealed", "field", row="key"),
    SealedColumn("ticket_messages", "text_sealed", "field", row="key"),
    SealedColumn("ticket_pictures", "bytes_sealed", "field", row="key"),
    SealedColumn("outbox", "content_sealed", "field", row="key"),
    SealedColumn("message_replies", "text_sealed", "field", row="key"),
    SealedColumn("waiting_lines", "text_sealed", "field", row="key"),
    SealedColumn("till_keys", "key_sealed", "till_seal", row="till_id || ':' || epoch"),
)


@dataclass(frozen=True, slots=True)
class SealedValue:
    id: int
    row: str
    value: bytes


async def sealed_values(place: SealedColumn) -> AsyncIterator[list[SealedValue]]:
    """All values of one column, a page at a time."""
    last_id = 0
    while True:
        found = await rows(
            f"SELECT id, {place.row} AS row_name, {place.column} AS value FROM {place.table}"
            f" WHERE id > $1 AND {place.column} IS NOT NULL ORDER BY id LIMIT {PAGE}",
            last_id,
        )
        if not found:
            return
        yield [
            SealedValue(line["id"], str(line["row_name"]), bytes(line["value"])) for line in found
        ]
        last_id = found[-1]["id"]


async def replace_sealed(place: SealedColumn, found: SealedValue, value: bytes) -> bool:
    """False when the value was changed meanwhile: the newer one stays."""
    return bool(
        await change(
            f"UPDATE {place.table} SET {place.column} = $1 WHERE id = $2 AND {place.column} = $3",
            value,
            found.id,
            found.value,
        )
    )
