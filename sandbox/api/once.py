"""Ids a client gives its own sends (防重): the same one again is answered with the first number."""

from datetime import timedelta

from sandbox.api.door import ApiCall
from sandbox.records import SentOnce

KEPT = timedelta(days=1)


def sent_before(call: ApiCall, name: str, *, within: timedelta) -> SentOnce | None:
    """`name` says whose id it is as well; a call after `within` is a new one."""
    known = call.record.sent_once.get(name)
    return known if known and call.world.clock.now() - known.at < within else None


def remember(call: ApiCall, name: str, msg_id: int) -> None:
    now, record = call.world.clock.now(), call.record
    record.sent_once = {
        old: entry for old, entry in record.sent_once.items() if now - entry.at < KEPT
    }
    record.sent_once[name] = SentOnce(msg_id, now, now)
    call.world.changed()
