"""Logs (日志): one JSON object a line on standard error, facts from an allow-list of ours.

Bodies, query strings, phones and names are never logged: what is logged are event names and
the facts that callers pass on purpose.
"""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

message_id: ContextVar[str] = ContextVar("message_id", default="")

OURS = ("bot", "handlers", "services", "storage", "scheduler", "loyalty", "__main__")
LONGEST_FOREIGN = 80
QUIET = ("asyncio", "aiohttp", "apscheduler", "tortoise", "urllib3", "PIL")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": _event(record),
            "logger": record.name,
        }
        if message_id.get():
            line["message_id"] = message_id.get()
        line.update(getattr(record, "facts", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["traceback"] = "".join(_frames(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def _event(record: logging.LogRecord) -> str:
    """A library's own message may quote a row or a header: only its first words are kept."""
    if str(record.name).partition(".")[0] in OURS:
        return record.getMessage()
    return str(record.msg).partition("\n")[0][:LONGEST_FOREIGN]


def _frames(exc_info: "logging._SysExcInfoType") -> list[str]:
    """Where it happened and what kind it is; its text may hold a row's values, so it stays out."""
    kind, _, trace = exc_info
    name = kind.__qualname__ if kind else ""
    return [*traceback.format_tb(trace), name]


def set_up_logs() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
