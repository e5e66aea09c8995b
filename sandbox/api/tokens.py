"""The two token services (凭证): the classic one and stable_token, each blind to the other."""

from datetime import datetime, timedelta

from sandbox.api.door import OpenCall, OpenEndpoint
from sandbox.api.errors import PlatformError
from sandbox.api.quotas import count_call
from sandbox.config import Account
from sandbox.identifiers import new_access_token
from sandbox.records import AccessToken, JsonObject
from sandbox.world import World

KEPT_TOKENS = 40
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)


async def classic_token(call: OpenCall) -> JsonObject:
    """Each call makes a new token; the one before stays good for the overlap."""
    account = _identified(call, dict(call.query))
    count_call(call.world, account, "/cgi-bin/token")
    now = call.world.clock.now()
    overlap_ends = now + timedelta(seconds=call.world.config.platform.token_overlap_seconds)
    for token in call.world.record(account).tokens:
        if token.family == "classic":
            token.usable_until = min(token.usable_until, overlap_ends)
    return _told(_new_token(call.world, account, "classic"), now)


async def stable_token(call: OpenCall) -> JsonObject:
    """The same token until the overlap before its end; by force a new one, the old dead at once."""
    account = _identified(call, {name: str(value) for name, value in call.body.items()})
    now = call.world.clock.now()
    tokens = call.world.record(account).tokens
    current = next((t for t in reversed(tokens) if t.family == "stable"), None)
    if call.body.get("force_refresh") is True:
        _count_force(call.world, account, now)
        for token in tokens:
            if token.family == "stable":
                token.usable_until = min(token.usable_until, now)
        return _told(_new_token(call.world, account, "stable"), now)
    overlap = timedelta(seconds=call.world.config.platform.token_overlap_seconds)
    if current and current.usable_until > now and current.expires_at - now >= overlap:
        return _told(current, now)
    return _told(_new_token(call.world, account, "stable"), now)


def _identified(call: OpenCall, given: dict[str, str]) -> Account:
    if given.get("grant_type") != "client_credential":
        raise PlatformError(40002)
    return identified(call, appid=given.get("appid", ""), secret=given.get("secret", ""))


def identified(call: OpenCall, *, appid: str, secret: str) -> Account:
    """By appid and secret; a wrong secret is 40001, as a stale token is."""
    if not appid:
        raise PlatformError(41002)
    if not secret:
        raise PlatformError(41004)
    account = call.world.config.account_of_appid(appid)
    if account is None:
        raise PlatformError(40013)
    caller = call.request.remote or ""
    if account.ip_whitelist and caller not in account.ip_whitelist:
        raise PlatformError(40164, ip=caller)
    if secret != account.secret:
        raise PlatformError(40001)
    if account.secret_is_frozen:
        raise PlatformError(40243)
    return account


def _count_force(world: World, account: Account, now: datetime) -> None:
    record = world.record(account)
    record.forced_at = [moment for moment in record.forced_at if moment > now - timedelta(days=1)]
    if len(record.forced_at) >= FORCED_A_DAY:
        raise PlatformError(45009)
    if record.forced_at and now - record.forced_at[-1] < FORCED_APART:
        raise PlatformError(45011)
    record.forced_at.append(now)


def _new_token(world: World, account: Account, family: str) -> AccessToken:
    ends = world.clock.now() + timedelta(seconds=world.config.platform.token_seconds)
    token = AccessToken(family, new_access_token(), expires_at=ends, usable_until=ends)
    tokens = world.record(account).tokens
    tokens.append(token)
    del tokens[:-KEPT_TOKENS]
    world.changed()
    return token


def _told(token: AccessToken, now: datetime) -> JsonObject:
    left = int((token.expires_at - now).total_seconds())
    return {"access_token": token.value, "expires_in": left}


ENDPOINTS = (
    OpenEndpoint("GET", "/cgi-bin/token", classic_token),
    OpenEndpoint("POST", "/cgi-bin/stable_token", stable_token),
)
