"""The fake platform's token service (stable_token): generations, and how often each was fetched."""

import secrets
import time
from dataclasses import dataclass, field

from tests.contract.wire import Account

LIFE_SECONDS = 7200
OVERLAP_SECONDS = 300
FORCED_A_DAY = 20
FORCED_APART_SECONDS = 30


class Refused(Exception):
    """An error of the platform: its code and words, and what stands beside them."""

    def __init__(self, errcode: int, words: str, **more: object) -> None:
        super().__init__(words)
        self.errcode = errcode
        self.words = words
        self.more = more


@dataclass(slots=True)
class Generation:
    number: int
    value: str
    ends_at: float
    usable_until: float
    fetches: int = 0


@dataclass(slots=True)
class TokenDesk:
    """`ahead_seconds` moves the platform's clock, for tokens that run out."""

    accounts: dict[str, Account]
    life_seconds: float = LIFE_SECONDS
    ahead_seconds: float = 0.0
    generations: dict[str, list[Generation]] = field(default_factory=dict)
    forced_at: dict[str, list[float]] = field(default_factory=dict)
    _owners: dict[str, tuple[str, Generation]] = field(default_factory=dict)

    def now(self) -> float:
        return time.time() + self.ahead_seconds

    def fetch(self, asked: dict[str, object]) -> dict[str, object]:
        account = self._account(asked)
        known = self.generations.setdefault(account.appid, [])
        current = known[-1] if known else None
        now = self.now()
        if asked.get("force_refresh") is True:
            self._count_force(account.appid, now)
            self.invalidate(account.appid)
            current = None
        elif current and (current.ends_at - now < OVERLAP_SECONDS or current.usable_until <= now):
            current = None
        generation = current or self._new(account.appid, now)
        generation.fetches += 1
        left = int(generation.ends_at - now)
        return {"access_token": generation.value, "expires_in": left}

    def appid_of(self, value: str) -> str:
        found = self._owners.get(value)
        if found is None:
            code = (41001, "access_token missing") if not value else STALE
            raise Refused(*code)
        appid, generation = found
        now = self.now()
        if generation.ends_at <= now:
            raise Refused(42001, "access_token expired")
        if generation.usable_until <= now:
            raise Refused(*STALE)
        return appid

    def invalidate(self, appid: str) -> None:
        """As when another program has forced a newer one: the current one is dead at once."""
        now = self.now()
        for generation in self.generations.get(appid, []):
            generation.usable_until = min(generation.usable_until, now)

    def _account(self, asked: dict[str, object]) -> Account:
        if asked.get("grant_type") != "client_credential":
            raise Refused(40002, "invalid grant_type")
        account = self.accounts.get(str(asked.get("appid", "")))
        if account is None:
            raise Refused(40013, "invalid appid")
        if asked.get("secret") != account.secret:
            raise Refused(40001, "invalid credential")
        return account

    def _count_force(self, appid: str, now: float) -> None:
        forced = [at for at in self.forced_at.get(appid, []) if at > now - 86400]
        if len(forced) >= FORCED_A_DAY:
            raise Refused(45009, "reach max api daily quota limit")
        if forced and now - forced[-1] < FORCED_APART_SECONDS:
            raise Refused(45011, "api minute-quota reach limit, must slower, retry next minute")
        self.forced_at[appid] = [*forced, now]

    def _new(self, appid: str, now: float) -> Generation:
        """The one before stays good for the overlap."""
        known = self.generations[appid]
        if known:
            known[-1].usable_until = min(known[-1].usable_until, now + OVERLAP_SECONDS)
        ends = now + self.life_seconds
        value = f"63_{secrets.token_urlsafe(90)}"
        generation = Generation(len(known) + 1, value, ends, ends)
        known.append(generation)
        self._owners[value] = (appid, generation)
        return generation


STALE = (40001, "invalid credential, access_token is invalid or not latest")
