"""`python -m bot`: the commands of contract §1."""

import argparse
import asyncio
import errno
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from bot.cli_output import FAULT, fault
from bot.config import ConfigurationFaults, Settings, check_config_lines, load_settings
from bot.logs import set_up_logs
from loyalty.staff import Role

Runner = Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.command == "check-config":
        return _check_config(options.config)
    try:
        settings = _with_ports(load_settings(options.config, os.environ), options)
        set_up_logs()
        return _run(options, settings)
    except ConfigurationFaults as faults:
        return fault("\n".join(str(line) for line in faults.faults))
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.ECONNREFUSED):
            raise
        return fault(f"cannot start: {error.strerror or error}")


def _run(options: argparse.Namespace, settings: Settings) -> int:
    # Imported late: `check-config` and faults answer without the whole program.
    from bot import cli_menu, cli_shop
    from bot.cli_serve import ROLES, serve
    from bot.routing import Clash
    from storage.database import DatabaseMissing
    from storage.keyring_file import KeyRingRefused
    from storage.migrate import SchemaMismatch

    try:
        match options.command:
            case "serve":
                roles = tuple(options.only.split(",")) if options.only else ROLES
                if unknown := set(roles) - set(ROLES):
                    return fault(f"--only knows {', '.join(ROLES)}, not {min(unknown)}")
                _run_loop(serve(settings, roles))
                return 0
            case "migrate":
                return int(_run_loop(cli_shop.run_migrate(settings)))
            case "load":
                return int(_run_loop(cli_shop.run_load(settings, options.shop)))
            case "till":
                return int(_run_loop(cli_shop.run_enrol(settings, options.till)))
            case "staff":
                return int(_run_loop(_staff(options, settings)))
            case "tier":
                return int(_run_loop(_tiers(options, settings)))
            case "menu":
                return int(_run_loop(cli_menu.run_menu(settings)))
            case "liability":
                return int(_run_loop(cli_shop.run_liability(settings)))
            case "verify":
                return int(_run_loop(cli_shop.run_verify(settings)))
            case _:
                return _keys(options, settings)
    except (SchemaMismatch, DatabaseMissing, KeyRingRefused, Clash) as refused:
        return fault(str(refused))


def _tiers(options: argparse.Namespace, settings: Settings) -> Coroutine[Any, Any, int]:
    from bot import cli_tiers

    match options.action:
        case "preview":
            return cli_tiers.run_preview(settings, options.shop)
        case "check":
            return cli_tiers.run_check(settings)
        case "pin":
            what = {"until": options.until, "reason": options.reason}
            return cli_tiers.run_pin(settings, options.member, options.tier, **what)
        case _:
            return cli_tiers.run_unpin(settings, options.member, reason=options.reason)


def _keys(options: argparse.Namespace, settings: Settings) -> int:
    from bot import cli_shop

    match options.action:
        case "init":
            return cli_shop.run_keys_init(settings)
        case "rotate":
            return cli_shop.run_keys_rotate(settings, options.purpose)
        case "reseal":
            return int(_run_loop(cli_shop.run_keys_reseal(settings)))
        case _:
            removal = cli_shop.run_keys_remove(settings, options.purpose, options.id)
            return int(_run_loop(removal))


def _staff(options: argparse.Namespace, settings: Settings) -> Coroutine[Any, Any, int]:
    from bot import cli_staff

    match options.action:
        case "invite":
            return cli_staff.run_invite(settings, options.role, options.store)
        case "stop":
            return cli_staff.run_stop(settings, options.id)
        case _:
            return cli_staff.run_list(settings)


def _run_loop(work: Coroutine[Any, Any, Any]) -> Any:
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _check_config(path: Path) -> int:
    lines = check_config_lines(path, os.environ)
    print("\n".join(lines) or "the configuration is good")
    return FAULT if lines else 0


def _with_ports(settings: Settings, options: argparse.Namespace) -> Settings:
    wanted = {
        name: value
        for name in ("port", "admin_port")
        if (value := getattr(options, name, None)) is not None
    }
    return replace(settings, server=replace(settings.server, **wanted))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, help_text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text)
        added.add_argument("--config", type=Path, default=Path("config.toml"))
        return added

    server = command("serve", "run the server")
    server.add_argument("--only", help="roles, such as web,deliver,schedule")
    server.add_argument("--port", type=int)
    server.add_argument("--admin-port", type=int)
    command("migrate", "bring the schema up to date")
    command("check-config", "check the configuration, a line a fault")
    command("load", "create or update the shop").add_argument("shop", type=Path)
    till = command("till", "enrol a till and print its key")
    till.add_argument("action", choices=["enrol"])
    till.add_argument("till")
    staff = command("staff", "invite somebody to be staff, list all, stop one")
    staff.add_argument("action", choices=["invite", "list", "stop"])
    staff.add_argument("--role", choices=[role.value for role in Role], default="owner")
    staff.add_argument("--store", default="", help="the store's code")
    staff.add_argument("--id", type=int, default=0, help="whom to stop: see list")
    _add_tier_commands(commands.add_parser("tier", help="preview and check the ladder, pin a tier"))
    command("liability", "print what is owed on stored value, by store")
    command("verify", "audit the ledger")
    command("menu", "give every service account its menu")
    keys = command("keys", "make the key ring, rotate a key, seal anew, remove an old key")
    keys.add_argument("action", choices=["init", "rotate", "reseal", "remove"])
    keys.add_argument("--purpose", choices=["field", "till_seal"], default="field")
    keys.add_argument("--id", type=int, default=0, help="the key to remove")
    return parser


def _add_tier_commands(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)

    def action(name: str, help_text: str, *arguments: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=help_text)
        added.add_argument("--config", type=Path, default=Path("config.toml"))
        for argument in arguments:
            added.add_argument(argument)
        return added

    preview = action("preview", "how many a coming ladder raises, keeps and lowers")
    preview.add_argument("--shop", type=Path, help="a shop file that is not loaded")
    action("check", "who stands where, and how far the next tier is")
    pin = action("pin", "put a member on a tier by hand", "member", "tier")
    pin.add_argument("--until", type=date.fromisoformat, required=True, help="its last day")
    pin.add_argument("--reason", required=True)
    unpin = action("unpin", "take a pin off", "member")
    unpin.add_argument("--reason", required=True)


if __name__ == "__main__":
    sys.exit(main())
