"""Lists of an older system (导入名单) for tests: written, imported, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.imports.files import look_at
from services.imports.importing import Imported, ImportRequest, import_members
from services.shop import Shop
from storage.sql import Row, rows

TITLES = ("external_no", "phone", "name", "birthday", "gender", "joined_on", "points", "growth")
WANG = ("A1", "13800138000", "王小明", "1990-01-31", "男", "2020-05-01", "120", "88")
LI = ("A2", "13900139000", "李红", "", "女", "", "30", "")
BASIS = "会员章程第三条"


@dataclass(slots=True)
class OldSystem:
    """The computer of a store that has had a programme before."""

    folder: Path
    name: str = "members.csv"
    heard: list[int] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / self.name

    @property
    def rejected(self) -> list[str]:
        """The lines of the rejected file below its titles; none where there is none."""
        path = self.path.with_suffix(".rejected.csv")
        return path.read_text(encoding="utf-8-sig").splitlines()[1:] if path.exists() else []

    def writes(
        self,
        *members: Sequence[str],
        titles: Sequence[str] = TITLES,
        encoding: str = "utf-8",
    ) -> None:
        lines = [",".join(cells) for cells in (titles, *members)]
        self.path.write_text("\r\n".join(lines) + "\r\n", encoding=encoding, newline="")

    async def is_imported(
        self, shop: Shop, store: str = "cd01", *, basis: str = BASIS, only_try: bool = False
    ) -> Imported:
        request = ImportRequest(look_at(self.path), store, basis, only_try)
        return await import_members(shop, request, self.heard.append)


def counts_of(imported: Imported) -> dict[str, int]:
    """What is nothing is left out."""
    return {name: count for name, count in imported.counts.items() if count}


async def imported_ids() -> list[int]:
    """In the order of the file."""
    found = await rows("SELECT member_id FROM imported_members ORDER BY id")
    return [line["member_id"] for line in found]


async def pairs() -> list[Row]:
    return await rows("SELECT member_id, other_id, state FROM duplicate_reviews ORDER BY id")
