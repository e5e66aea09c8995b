"""The fake platform as a process of its own: `python -m tests.contract.fake_wechat_process PORT
JOURNAL`. It says one line when it listens, and ends by SIGTERM or SIGINT.
"""

import asyncio
import gc
import signal
import sys
from pathlib import Path

import uvloop

from tests.contract.accounts import ACCOUNTS
from tests.contract.fake_control import control
from tests.contract.fake_platform import FakePlatform
from tests.contract.lean_http import Line
from tests.contract.send_journal import SendJournal

HOST = "127.0.0.1"


async def serve(port: int, journal: Path) -> None:
    platform = FakePlatform({account.appid: account for account in ACCOUNTS}, SendJournal(journal))
    platform.control = control
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopped.set)
    server = await loop.create_server(lambda: Line(platform.serve), HOST, port, backlog=1024)
    # What the journal keeps lives as long as the process: looking for garbage in it is idle.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    print(f"fake platform ready on http://{HOST}:{server.sockets[0].getsockname()[1]}", flush=True)
    await stopped.wait()
    server.close()
    await platform.callbacks.close()
    platform.journal.close()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
