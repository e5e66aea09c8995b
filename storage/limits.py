"""Limits (限流): how often one subject may do a thing, each policy with its name and reason.

A window opens with the first hit and ends by itself. While Redis is away every process counts for
itself, so a limit loosens by the number of processes and never disappears.
"""

import hashlib
from dataclasses import dataclass

from storage.cache import Cache

LONGEST_SUBJECT = 64
MINUTE = 60
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    hits: int
    window_seconds: int


# Receipt tokens cannot be guessed (128-bit code); the limit makes trying visible and pointless.
RECEIPT_FAILURES = Limit("receipt_failures", 10, HOUR)
# Many phones share one address of a mobile carrier.
RECEIPT_FAILURES_PER_ADDRESS = Limit("receipt_failures_address", 100, HOUR)
# A till with a wrong key fails always: somebody should hear of it.
TILL_FAILURES = Limit("till_failures", 10, MINUTE)
# Of 32^11 codes a till that guesses would need years; the limit ends it within a second.
COUPON_FAILURES_PER_TILL = Limit("coupon_failures_till", 60, MINUTE)
COUPON_FAILURES_A_MINUTE = Limit("coupon_failures_minute", 5, MINUTE)
COUPON_FAILURES_AN_HOUR = Limit("coupon_failures_hour", 20, HOUR)
# Gift links carry 80 random bits.
GIFT_FAILURES = Limit("gift_failures", 10, HOUR)
GIFT_FAILURES_PER_ADDRESS = Limit("gift_failures_address", 100, HOUR)
# 80 bits cannot be guessed either; five wrong ones are a person who needs a new invitation.
INVITATION_FAILURES = Limit("invitation_failures", 5, HOUR)
# Of a million codes a few are good at any minute, and a screen nearby shows them.
CHECK_IN_FAILURES = Limit("check_in_failures", 10, HOUR)
# A person's own confirmation dies of five wrong codes; this is for codes of other people.
CONFIRMATION_FAILURES = Limit("confirmation_failures", 20, HOUR)
# What is refused to one person an hour; the trail of all others must not drown in it.
REFUSALS_AUDITED = Limit("refusals_audited", 20, HOUR)
# What a mini-program asks in one session; a page needs a handful.
MINI_REQUESTS = Limit("mini_requests", 60, MINUTE)
# Codes of wx.login cannot be guessed; each wrong one costs a call to the platform.
MINI_LOGIN_FAILURES_PER_ADDRESS = Limit("mini_login_failures_address", 100, HOUR)

# A payment waits a quarter of an hour for one of a million codes, sent to its member alone.
HOLD_CODE_FAILURES = Limit("hold_code_failures", 5, HOUR)

# A form that does not fit its facts fails for everybody alike: one line tells.
BAD_VALUES_TOLD = Limit("bad_values_told", 1, HOUR)


async def is_within(cache: Cache, limit: Limit, subject: str) -> bool:
    """Count one and say whether it still is within the limit."""
    return await cache.hit(
        limit.name, _short(subject), limit=limit.hits, window_seconds=limit.window_seconds
    )


async def is_spent(cache: Cache, limit: Limit, subject: str) -> bool:
    """Whether the limit was reached, without counting: failures count, questions do not."""
    return await cache.failures(limit.name, _short(subject)) >= limit.hits


def _short(subject: str) -> str:
    """A subject from outside may be of any length; what is kept of it may not."""
    if len(subject) <= LONGEST_SUBJECT:
        return subject
    return hashlib.sha256(subject.encode(errors="replace")).hexdigest()
