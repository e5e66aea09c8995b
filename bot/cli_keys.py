"""Commands about the key ring (密钥环): make it, rotate a key, seal anew, remove an old key."""

import argparse
import os

from bot.app import opened_shop
from bot.cli_approval import WAITS, is_approved
from bot.cli_output import fault
from bot.commands import Commands
from bot.config import Settings
from services.custody.resealing import count_under_old_keys, reseal_all
from storage.keyring import KeyUnknown, create_keyring, remove_key, rotate


def add_to(commands: Commands) -> None:
    keys = commands.group("keys", "make the key ring, rotate a key, seal anew, remove an old key")
    keys.add("init", "make the key ring", lambda own, _: run_keys_init(own))
    rotated = keys.add(
        "rotate", "add a key", lambda own, given: run_keys_rotate(own, given.purpose)
    )
    keys.add("reseal", "move values to the current keys", lambda own, _: run_keys_reseal(own))
    removed = keys.add(
        "remove",
        "forget an old key",
        lambda own, given: run_keys_remove(own, given.purpose, given.id),
    )
    removed.add_argument("--id", type=int, default=0, help="the key to remove")
    for parser in (rotated, removed):
        _add_purpose(parser)


def _add_purpose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--purpose", choices=["field", "till_seal"], default="field")


def run_keys_init(settings: Settings) -> int:
    path = settings.keys.file
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        create_keyring(path, os.urandom)
    except FileExistsError:
        return fault(f"{path} exists already and stays as it is")
    print(f"made {path}: keep a copy apart from the database backups")
    return 0


async def run_keys_rotate(settings: Settings, purpose: str) -> int:
    """In production with an owner's yes."""
    async with opened_shop(settings) as parts:
        content: dict[str, object] = {"purpose": purpose}
        summary = parts.wordings.fill("staff/operator_rotates", content)
        if not await is_approved(parts, "keys.rotate", content, summary=summary):
            return WAITS
    ring = rotate(settings.keys.file, os.urandom, purpose=purpose)
    key_id = ring.current_id(purpose)
    print(f"{purpose} key {key_id} is current; servers follow within 3 s, then run keys reseal")
    return 0


async def run_keys_reseal(settings: Settings) -> int:
    async with opened_shop(settings) as parts:
        moved = await reseal_all(parts.shop)
    print(f"{moved} values moved to the current keys")
    return 0


async def run_keys_remove(settings: Settings, purpose: str, key_id: int) -> int:
    """An old key goes only when nothing is sealed under it any more, and an owner said yes."""
    async with opened_shop(settings) as parts:
        left = (await count_under_old_keys(parts.shop)).get(purpose, 0)
        if left:
            return fault(
                f"{left} values are still under an old {purpose} key: run keys reseal first"
            )
        content: dict[str, object] = {"purpose": purpose, "number": key_id}
        summary = parts.wordings.fill("staff/operator_removes_key", content)
        if not await is_approved(parts, "keys.remove", content, summary=summary):
            return WAITS
    try:
        remove_key(settings.keys.file, key_id, purpose=purpose)
    except (KeyUnknown, ValueError) as refused:
        return fault(str(refused))
    print(f"{purpose} key {key_id} is gone")
    return 0
