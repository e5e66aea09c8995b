"""Starts the sandbox (启动沙箱): `python -m sandbox --config FILE [--port N]`."""

import argparse
import asyncio
import errno
import signal
import sys
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from sandbox.app import build_app
from sandbox.codec import DoesNotFit
from sandbox.config import SandboxConfig, load_config

HOST = "127.0.0.1"
REFUSED = 2


def main() -> int:
    try:
        return asyncio.run(_serve(_config(_options())))
    except (DoesNotFit, OSError, ValueError) as fault:
        print(f"sandbox: {_sentence(fault)}", file=sys.stderr)
        return REFUSED


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument("--port", type=int, metavar="N", help="instead of the file's")
    parser.add_argument("--state", metavar="FILE", help="instead of the file's")
    return parser.parse_args()


def _config(options: argparse.Namespace) -> SandboxConfig:
    config = load_config(options.config)
    if options.port is not None:
        config = replace(config, port=options.port)
    return replace(config, state=options.state) if options.state else config


async def _serve(config: SandboxConfig) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    runner = web.AppRunner(build_app(config), access_log=None, shutdown_timeout=3)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, config.port)
        await site.start()
        print(f"sandbox ready on {_address(runner)}", flush=True)
        await stopped.wait()
    finally:
        await runner.cleanup()
    return 0


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


def _sentence(fault: Exception) -> str:
    if isinstance(fault, OSError) and fault.errno == errno.EADDRINUSE:
        return f"the port is in use ({fault.strerror}); give another with --port"
    if isinstance(fault, FileNotFoundError):
        return f"there is no file {fault.filename}"
    return str(fault)


if __name__ == "__main__":
    sys.exit(main())
