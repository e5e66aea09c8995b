"""Commands of imports: members of an older system, from a CSV file, into one store."""

import argparse
from pathlib import Path

from bot.app import opened_shop
from bot.cli_output import fault, show
from bot.commands import Commands
from bot.config import Settings
from bot.progress import Progress
from loyalty.member_files import FileFault
from services.imports.files import look_at
from services.imports.importing import (
    ImportRequest,
    ImportStoreUnknown,
    RunReplaced,
    import_members,
)

LONGEST_BASIS = 500


def add_to(commands: Commands) -> None:
    imports = commands.group("import", "bring along what an older system holds")
    members = imports.add("members", "members from a CSV file, into one store", _members)
    members.add_argument("file", type=Path)
    members.add_argument("--store", required=True, help="the store's code")
    members.add_argument(
        "--basis", required=True, help="why the shop may keep this, in words that members read"
    )
    members.add_argument("--dry-run", action="store_true", help="read everything, write nothing")


async def _members(settings: Settings, given: argparse.Namespace) -> int:
    basis = " ".join(given.basis.split())
    if not 0 < len(basis) <= LONGEST_BASIS:
        return fault(f"--basis says in 1 to {LONGEST_BASIS} letters why the shop may keep this")
    try:
        file = look_at(given.file)
    except FileFault as bad:
        return fault(f"{given.file}: {bad}")
    except OSError as error:
        return fault(f"{given.file} cannot be read: {error.strerror or error}")
    return await run_import(settings, ImportRequest(file, given.store, basis, given.dry_run))


async def run_import(settings: Settings, request: ImportRequest) -> int:
    async with opened_shop(settings, patient=True) as parts:
        progress = Progress("import")
        progress.begin(request.file.rows)
        try:
            imported = await import_members(parts.shop, request, progress.add)
        except FileFault as bad:
            return fault(f"{request.file.path}: {bad}")
        except ImportStoreUnknown as unknown:
            return fault(f"there is no store {unknown}: load a shop file that names it")
        except RunReplaced:
            return fault("another import of this store was started: this one has stopped")
        progress.finish()
    has_rejected = imported.counts["rejected"] > 0
    answer = {"run": imported.run_id, "store": request.store, **imported.counts}
    return show(
        {**answer, "rejected_file": str(request.file.rejected_path) if has_rejected else None}
    )
