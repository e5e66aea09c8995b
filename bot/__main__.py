"""`python -m bot`: the commands of contract §1."""

import argparse
import asyncio
import errno
import os
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.cli_output import FAULT, fault
from bot.commands import Commands, add_all
from bot.config import ConfigurationFaults, Settings, check_config_lines, load_settings
from bot.logs import set_up_logs
from bot.routing import Clash
from storage.database import DatabaseMissing
from storage.keyring_file import KeyRingRefused
from storage.migrate import SchemaMismatch

CANNOT_BEGIN = (errno.EADDRINUSE, errno.EACCES, errno.ECONNREFUSED)


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
    except (SchemaMismatch, DatabaseMissing, KeyRingRefused, Clash) as refused:
        return fault(str(refused))
    except OSError as error:
        if error.errno not in CANNOT_BEGIN:
            raise
        return fault(f"cannot start: {error.strerror or error}")


def _run(options: argparse.Namespace, settings: Settings) -> int:
    work = options.run(settings, options)
    return int(_run_loop(work) if asyncio.iscoroutine(work) else work)


def _run_loop(work: Coroutine[Any, Any, int]) -> int:
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
    subparsers = parser.add_subparsers(dest="command", required=True)
    check = subparsers.add_parser("check-config", help="check the configuration, a line a fault")
    check.add_argument("--config", type=Path, default=Path("config.toml"))
    add_all(Commands(subparsers))
    return parser


if __name__ == "__main__":
    sys.exit(main())
