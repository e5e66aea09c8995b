"""The fake platform beside the tests (假微信进程): planned and asked over its back door."""

import json
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from tests.server_process import HOST, ServerProcess, free_port

PATIENCE_SECONDS = 30
without_proxy = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class FakeProcess:
    """`url` is the api_base of an installation; `rows` reads what is on the disk."""

    url: str
    journal: Path
    server: ServerProcess

    def ask(self, name: str, **query: Any) -> Any:
        return self._call(f"{name}?{urlencode(query)}", None)

    def tell(self, name: str, **wish: Any) -> None:
        answer = self._call(name, json.dumps(wish).encode())
        assert answer == {}, answer

    def rows(self) -> list[dict[str, Any]]:
        with self.journal.open("rb") as file:
            return [json.loads(line) for line in file]

    def plan(self, api: str, **fault: Any) -> None:
        """See fake_faults.Fault; `times` 0 stands until `faults/clear`."""
        self.tell("faults", api=api, **fault)

    def refuse(self, openids: Iterable[str], errcode: int, api: str = "*") -> None:
        self.tell("refusals", openids=list(openids), errcode=errcode, api=api)

    def _call(self, name: str, body: bytes | None) -> Any:
        request = Request(f"{self.url}/fake/{name}", data=body)
        with without_proxy.open(request, timeout=PATIENCE_SECONDS) as response:
            return json.loads(response.read())


@contextmanager
def fake_platform(folder: Path) -> Iterator[FakeProcess]:
    """A process of its own, with its journal in `folder`."""
    port, journal = free_port(), folder / "platform.jsonl"
    command = [sys.executable, "-m", "tests.contract.fake_wechat_process", str(port), str(journal)]
    server = ServerProcess(command, port, folder / "platform.log")
    fake = FakeProcess(f"http://{HOST}:{port}", journal, server)
    server.start(lambda: _is_up(fake))
    try:
        yield fake
    finally:
        server.end(signal.SIGTERM)


def _is_up(fake: FakeProcess) -> bool:
    try:
        return isinstance(fake.ask("counts"), dict)
    except (URLError, OSError):
        return False
