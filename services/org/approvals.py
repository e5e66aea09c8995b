"""Approvals (批准): what an operator asks for at the command line and an owner says yes to in chat.

The operator sees a code, the owners read what it is about. An owner who got the code from the
operator sends it, sees the summary and confirms; within half an hour of asking the same command
then runs, once.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.confirmations import ANOTHER_LIFE, Confirmed, Proposal
from loyalty.fingerprints import fingerprint
from loyalty.refusals import Refusal
from loyalty.short_codes import confirmation_code, read_confirmation_code
from loyalty.staff import Right
from services.counter.kinds import Done, Kind, Request
from services.custody.auditing import OPERATOR, Act, audit
from services.messages.telling import staff_with, tell_follower
from services.org.staff import reach_of, reach_within
from services.shop import SANDBOX, Shop
from storage.approvals import (
    add_request,
    approve_request,
    end_requests,
    open_request,
    use_request,
)
from storage.instants import from_ms
from storage.transactions import transactional

CODE_BYTES = 8
APPROVE_WORD = "approve"


class ApprovalUnknown(Refusal):
    """Nothing waits for this code, or not for somebody of one store."""

    wording = "staff/approval_unknown"


@dataclass(frozen=True, slots=True)
class Approval:
    """What an operator waits for; the code is shown only here."""

    code: str
    expires_at: datetime


@transactional
async def approved(shop: Shop, what: str, content: Mapping[str, object]) -> bool:
    """Use up an owner's yes to exactly this; in the sandbox nobody is asked."""
    if shop.environment == SANDBOX:
        return True
    used = await use_request(what, fingerprint(content), shop.now())
    if used is None:
        return False
    subject = f"request:{used['id']}"
    act = Act(f"operator.{what}", subject=subject, facts=content)
    await audit(shop, OPERATOR, act, key=subject, approval=used["approved_by"])
    return True


@transactional
async def ask_approval(
    shop: Shop, what: str, content: Mapping[str, object], *, summary: str
) -> Approval:
    """A new code for this content; one that was asked before is void.

    `content` holds no personal data: it is audited when it is used.
    """
    code = confirmation_code(shop.random_bytes(CODE_BYTES))
    expires_at = shop.now() + ANOTHER_LIFE
    content_hash = fingerprint(content)
    await end_requests(what, content_hash)
    request_id = await add_request(
        code_hash=_hash(shop, code),
        what=what,
        content_hash=content_hash,
        summary=summary,
        asked_at=shop.now(),
        expires_at=expires_at,
    )
    await _tell_owners(shop, summary, key=f"approval:{request_id}")
    subject = f"request:{request_id}"
    await audit(
        shop, OPERATOR, Act("operator.ask", subject=subject, facts={"what": what}), key=subject
    )
    return Approval(code, expires_at)


async def _tell_owners(shop: Shop, summary: str, *, key: str) -> None:
    """Without the code: the owner has to ask the operator, and so hears who it is."""
    facts = {"summary": summary, "minutes": _minutes(ANOTHER_LIFE)}
    text = shop.phrase("staff/operator_asks", facts)
    for owner in await staff_with(shop, Right.APPROVE, None):
        if reach_within(shop, owner["store_id"], owner["region_id"]) is None:
            await tell_follower(shop, owner, text, key=f"{key}:{owner['id']}")


async def propose_approval(shop: Shop, request: Request) -> Proposal:
    """The summary of what the operator wants, for an owner of the whole brand."""
    code = read_confirmation_code(request.argument(0)) or ""
    found = await open_request(_hash(shop, code), shop.now())
    if found is None or reach_of(shop, request.person) is not None:
        raise ApprovalUnknown
    summary = shop.phrase("staff/approve_summary", {"summary": found["summary"]})
    return Proposal({"request_id": found["id"]}, summary)


async def perform_approval(shop: Shop, confirmed: Confirmed) -> Done:
    row = await approve_request(
        confirmed.content["request_id"], approved_by=confirmed.staff_id, now=shop.now()
    )
    if row is None:
        raise ApprovalUnknown
    minutes = _minutes(from_ms(row["expires_at"]) - shop.now())
    return Done(shop.phrase("staff/approve_done", {"minutes": minutes}))


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60


def _hash(shop: Shop, code: str) -> str:
    key = shop.keys.key("session")
    return hmac.digest(key, f"approval-code:{code}".encode(), "sha256").hex()


APPROVE = Kind(Right.APPROVE, propose_approval, perform_approval)
