"""Daily quotas (调用频次) of a new account; the day turns at midnight in China."""

from sandbox.api.errors import PlatformError
from sandbox.clock import day_in_china
from sandbox.config import Account
from sandbox.records import AccountRecord
from sandbox.world import World

CLEARED_A_MONTH = 10
DAILY = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
    "/cgi-bin/tags/create": 1_000,
    "/cgi-bin/tags/get": 1_000,
    "/cgi-bin/tags/update": 1_000,
    "/cgi-bin/tags/members/batchtagging": 100_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/message/subscribe/send": 10_000_000,
    "/cgi-bin/message/mass/send": 100,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/message/mass/preview": 100,
    "/cgi-bin/message/mass/delete": 10,
    "/cgi-bin/draft/add": 1_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/user/info": 5_000_000,
    "/cgi-bin/user/info/updateremark": 10_000,
}


# Calls a minute, and what the platform says to one too many.
A_MINUTE = {"/cgi-bin/message/mass/send": 60, "/cgi-bin/message/mass/sendall": 60}
TOO_FAST, TOO_FAST_MASS = 45011, 42010


def count_call(world: World, account: Account, path: str) -> None:
    _count_minute(world, account, path)
    limit = daily_limit(world, account, path)
    if limit is None:
        return
    record = todays_record(world, account)
    if record.quota_used.get(path, 0) >= limit:
        raise PlatformError(45009)
    record.quota_used[path] = record.quota_used.get(path, 0) + 1


def count_accepted(world: World, account: Account, path: str) -> None:
    accepted = world.record(account).accepted
    accepted[path] = accepted.get(path, 0) + 1
    world.changed()


def daily_limit(world: World, account: Account, path: str) -> int | None:
    """The stage may set its own for any path, and so may the configuration."""
    usual = world.config.quotas.get(path, DAILY.get(path))
    return world.record(account).quota_set.get(path, usual)


def _count_minute(world: World, account: Account, path: str) -> None:
    record = world.record(account)
    limit = record.minute_set.get(path, A_MINUTE.get(path))
    if limit is None:
        return
    minute = world.clock.now().isoformat(timespec="minutes")
    if record.minute != minute:
        record.minute, record.minute_used = minute, {}
    if record.minute_used.get(path, 0) >= limit:
        raise PlatformError(TOO_FAST_MASS if path in A_MINUTE else TOO_FAST)
    record.minute_used[path] = record.minute_used.get(path, 0) + 1


def todays_record(world: World, account: Account) -> AccountRecord:
    record = world.record(account)
    today = day_in_china(world.clock.now())
    if record.quota_day != today:
        record.quota_day, record.quota_used = today, {}
    return record


def clear_quotas(world: World, account: Account) -> None:
    month = day_in_china(world.clock.now())[:7]
    record = world.record(account)
    if record.quota_cleared_in.count(month) >= CLEARED_A_MONTH:
        raise PlatformError(48006)
    record.quota_cleared_in = [*record.quota_cleared_in, month][-CLEARED_A_MONTH:]
    record.quota_used = {}
    world.changed()
