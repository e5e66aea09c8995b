"""Limits (限流): how often one subject may do a thing, each policy with its name and reason.

A window opens with the first hit and ends by itself. While Redis is away every process counts for
itself, so a limit loosens by the number of processes and never disappears.
"""

from dataclasses import dataclass

from storage.cache import Cache

MINUTE = 60
HOUR = 3600
DAY = 86400


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    hits: int
    window_seconds: int


# A person types slower; beyond it is a script: one notice, then silence.
CHAT_PER_MINUTE = Limit("chat_minute", 30, MINUTE)
CHAT_PER_HOUR = Limit("chat_hour", 300, HOUR)
# A busy counter serves a guest every few seconds, and moves money less often.
STAFF_COMMANDS = Limit("staff_commands", 20, MINUTE)
STAFF_MONEY = Limit("staff_money", 5, MINUTE)
# Receipt tokens cannot be guessed (128-bit code); the limit makes trying visible and pointless.
RECEIPT_FAILURES = Limit("receipt_failures", 10, HOUR)
# Many phones share one address of a mobile carrier.
RECEIPT_FAILURES_PER_ADDRESS = Limit("receipt_failures_address", 100, HOUR)
# Nobody pays at the counters of one brand more often: receipts left behind are being collected.
RECEIPT_CLAIMS = Limit("receipt_claims", 10, DAY)
RECEIPT_CLAIMS_PER_STORE = Limit("receipt_claims_store", 3, DAY)
# Typed coupon codes: with 60 random bits a hit would take decades even at these rates.
COUPON_FAILURES_PER_MINUTE = Limit("coupon_failures_minute", 5, MINUTE)
COUPON_FAILURES_PER_HOUR = Limit("coupon_failures_hour", 20, HOUR)
COUPON_FAILURES_PER_ADDRESS = Limit("coupon_failures_address", 60, HOUR)
# Invitation and confirmation codes are short: five tries, then the person waits.
CODE_FAILURES = Limit("code_failures", 5, 15 * MINUTE)
# A page asks a few times per tap; a shared carrier address holds many members.
PAGES_PER_SESSION = Limit("pages_session", 60, MINUTE)
PAGES_PER_ADDRESS = Limit("pages_address", 600, MINUTE)
# A till rings up one basket at a time; the rest is uploads after a break of the line.
TILL_REQUESTS = Limit("till_requests", 50, 1)
CHAIN_REQUESTS = Limit("chain_requests", 500, 1)
# A till with a wrong key fails always: it is locked out and somebody is told.
TILL_FAILURES = Limit("till_failures", 10, MINUTE)
# Logging in is one tap.
LOGINS = Limit("logins", 10, MINUTE)
# An export holds many people's data.
EXPORTS = Limit("exports", 3, DAY)


async def is_within(cache: Cache, limit: Limit, subject: str) -> bool:
    """Count one and say whether it still is within the limit."""
    return await cache.hit(
        limit.name, subject, limit=limit.hits, window_seconds=limit.window_seconds
    )


async def is_spent(cache: Cache, limit: Limit, subject: str) -> bool:
    """Whether the limit was reached, without counting: failures count, questions do not."""
    return await cache.failures(limit.name, subject) >= limit.hits
