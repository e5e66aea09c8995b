"""Daily quotas (调用频次) of a new account; the day turns at midnight in China."""

from zoneinfo import ZoneInfo

from sandbox.api.errors import PlatformError
from sandbox.config import Account
from sandbox.records import AccountRecord
from sandbox.world import World

CHINA = ZoneInfo("Asia/Shanghai")
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
    "/cgi-bin/user/get": 500,
    "/cgi-bin/user/info": 5_000_000,
    "/cgi-bin/user/info/updateremark": 10_000,
}


def count_call(world: World, account: Account, path: str) -> None:
    limit = daily_limit(world, path)
    if limit is None:
        return
    record = todays_record(world, account)
    if record.quota_used.get(path, 0) >= limit:
        raise PlatformError(45009)
    record.quota_used[path] = record.quota_used.get(path, 0) + 1


def daily_limit(world: World, path: str) -> int | None:
    """The configuration may set its own for any path."""
    return world.config.quotas.get(path, DAILY.get(path))


def todays_record(world: World, account: Account) -> AccountRecord:
    record = world.record(account)
    today = world.clock.now().astimezone(CHINA).date().isoformat()
    if record.quota_day != today:
        record.quota_day, record.quota_used = today, {}
    return record


def clear_quotas(world: World, account: Account) -> None:
    month = world.clock.now().astimezone(CHINA).strftime("%Y-%m")
    record = world.record(account)
    if record.quota_cleared_in.count(month) >= CLEARED_A_MONTH:
        raise PlatformError(48006)
    record.quota_cleared_in = [*record.quota_cleared_in, month][-CLEARED_A_MONTH:]
    record.quota_used = {}
    world.changed()
