"""Mini-program sessions (小程序会话): who calls the mini door, by an opaque token.

WeChat's own session key is dropped where it arrives. A login replaces the session before it.
"""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from loyalty.person import Person
from loyalty.refusals import Refusal
from services.people.callers import identify
from services.people.identities import record_unionid
from services.shop import Shop
from storage.instants import from_ms
from storage.limits import (
    MINI_LOGIN_FAILURES_PER_ADDRESS,
    MINI_REQUESTS,
    is_spent,
    is_within,
)
from storage.mini_sessions import (
    delete_ended_sessions,
    delete_session,
    prolong_session,
    replace_session,
    session_of_token,
)
from storage.transactions import transactional

IDLE = timedelta(days=30)
# A session in use is prolonged once a day, not at every call.
PROLONGED_AFTER = timedelta(days=1)
TOKEN_BYTES = 32
LONGEST_TOKEN = 64


class SessionUnknown(Refusal):
    """Missing, made up, ended or replaced: all alike."""

    wording = "phone/session_unknown"
    status = 401


class TooManyMiniRequests(Refusal):
    wording = "phone/too_many_requests"
    status = 429


@dataclass(frozen=True, slots=True)
class MiniLogin:
    token: str
    person: Person


async def log_in(shop: Shop, *, account: str, openid: str, unionid: str | None) -> MiniLogin:
    """Begin a session for whom WeChat has just named; `account` is one of ours."""
    person = (await identify(shop, account, openid, "")).person
    if unionid is not None:
        await record_unionid(shop, account, openid, unionid)
        person = (await identify(shop, account, openid, "")).person
    token = urlsafe_b64encode(shop.random_bytes(TOKEN_BYTES)).rstrip(b"=").decode()
    await _begin(shop, person, token)
    return MiniLogin(token, person)


async def person_of_session(shop: Shop, token: str) -> Person:
    """Who is calling. Raises SessionUnknown and TooManyMiniRequests."""
    if not 1 <= len(token) <= LONGEST_TOKEN:
        raise SessionUnknown
    now, token_hash = shop.clock.machine_now(), _hash(token)
    session = await session_of_token(token_hash, now)
    if session is None:
        raise SessionUnknown
    if not await is_within(shop.cache, MINI_REQUESTS, token_hash):
        raise TooManyMiniRequests
    if from_ms(session["expires_at"]) - now < IDLE - PROLONGED_AFTER:
        await _prolong(shop, session["id"])
    return (await identify(shop, session["account"], session["openid"], "")).person


async def check_login_address(shop: Shop, address: str) -> None:
    """Raises TooManyMiniRequests for an address whose logins fail and fail."""
    if await is_spent(shop.cache, MINI_LOGIN_FAILURES_PER_ADDRESS, address):
        raise TooManyMiniRequests


async def note_failed_login(shop: Shop, address: str) -> None:
    await is_within(shop.cache, MINI_LOGIN_FAILURES_PER_ADDRESS, address)


@transactional
async def log_out(shop: Shop, person: Person) -> None:
    await delete_session(person.follower_id)


@transactional
async def forget_ended_sessions(shop: Shop) -> int:
    return await delete_ended_sessions(shop.clock.machine_now())


@transactional
async def _begin(shop: Shop, person: Person, token: str) -> None:
    now = shop.clock.machine_now()
    await replace_session(
        person.follower_id, token_hash=_hash(token), expires_at=now + IDLE, now=now
    )


@transactional
async def _prolong(shop: Shop, session_id: int) -> None:
    await prolong_session(session_id, expires_at=shop.clock.machine_now() + IDLE)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
