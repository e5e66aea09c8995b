"""The platform's monitor (平台): accepted sends and quotas of each API, and counters of people."""

from dataclasses import dataclass

from aiohttp import web

from sandbox.api.quotas import DAILY, daily_limit, todays_record
from sandbox.config import Account
from sandbox.forms import preset_forms
from sandbox.keys import WORLD
from sandbox.mass_jobs import MOST_A_MONTH, month_of
from sandbox.records import Contact, JsonObject, MassJob
from sandbox.stage.door import StageFault, account_named, told, wish_of
from sandbox.world import World

NEWEST_JOBS = 10


@dataclass(frozen=True, slots=True)
class QuotaWish:
    """What is left out stays as it is; a negative figure takes the stage's own away."""

    account: str
    path: str
    daily: int | None = None
    a_minute: int | None = None
    used: int | None = None


async def show_monitor(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    return told({"accounts": [_account(world, account) for account in world.config.accounts]})


async def set_quota(request: web.Request) -> web.Response:
    wish = await wish_of(request, QuotaWish)
    world = request.app[WORLD]
    account = account_named(world, wish.account)
    if not wish.path.startswith("/"):
        raise StageFault(400, "path: an API's path, such as /cgi-bin/message/custom/send")
    record = todays_record(world, account)
    _put(record.quota_set, wish.path, wish.daily)
    _put(record.minute_set, wish.path, wish.a_minute)
    _put(record.quota_used, wish.path, wish.used)
    record.minute = ""
    world.changed()
    return told({"quotas": _quotas(world, account)})


def _put(figures: dict[str, int], path: str, figure: int | None) -> None:
    if figure is not None and figure < 0:
        figures.pop(path, None)
    elif figure is not None:
        figures[path] = figure


def _account(world: World, account: Account) -> JsonObject:
    record = world.record(account)
    return {
        "name": account.name,
        "label": account.label,
        "kind": account.kind,
        "accepted": {path: n for path, n in sorted(record.accepted.items()) if _sends(path)},
        "quotas": _quotas(world, account),
        "people": [_person(world, c) for c in record.contacts.values() if c.phone_id],
        "jobs": [_job(job) for job in list(record.mass_jobs.values())[: -NEWEST_JOBS - 1 : -1]],
    }


def _quotas(world: World, account: Account) -> list[JsonObject]:
    """Those that have been touched, by a call or by the stage."""
    record = todays_record(world, account)
    paths = {*record.quota_used, *record.quota_set, *record.minute_set}
    return [
        {
            "path": path,
            "limit": daily_limit(world, account, path),
            "used": record.quota_used.get(path, 0),
            "a_minute": record.minute_set.get(path),
        }
        for path in sorted(paths & {*DAILY, *record.quota_set, *record.minute_set})
    ]


def _person(world: World, contact: Contact) -> JsonObject:
    now, forms = world.clock.now(), preset_forms()
    return {
        "name": world.state.phones[contact.phone_id].name,
        "openid": contact.openid,
        "following": contact.following,
        "blocked": contact.blocks_messages,
        "grants": [
            {"trigger": grant.trigger, "left": grant.left, "ends_at": grant.ends_at.isoformat()}
            for grant in contact.grants
            if grant.ends_at > now
        ],
        "held": [
            {"title": forms[number].title, "count": count}
            for number, count in contact.subscriptions.items()
            if count and number in forms
        ],
        "one_time": len(contact.one_time),
        "mass_received": contact.mass_received.get(month_of(world), 0),
        "mass_most": MOST_A_MONTH,
    }


def _job(job: MassJob) -> JsonObject:
    return {
        "msg_id": str(job.msg_id),
        "at": job.at.isoformat(),
        "kind": job.kind,
        "status": job.status,
        "outcome": job.outcome,
        "counts": job.counts,
    }


def _sends(path: str) -> bool:
    return "/message/" in path and not path.endswith(("typing", "/get", "/delete"))
