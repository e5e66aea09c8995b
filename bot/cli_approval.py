"""Approvals at the command line (批准): a command that takes an owner's yes asks for it here."""

import sys
from collections.abc import Mapping

from bot.app import Parts
from bot.cli_output import show
from services.org.approvals import approved, ask_approval

# Nothing was done; the same command does it once an owner has said yes.
WAITS = 3


async def is_approved(
    parts: Parts, what: str, content: Mapping[str, object], *, summary: str
) -> bool:
    """Whether the command may go on now; otherwise what an owner sends is printed."""
    if await approved(parts.shop, what, content):
        return True
    approval = await ask_approval(parts.shop, what, content, summary=summary)
    expires_at = parts.shop.clock.local(approval.expires_at).isoformat()
    word = parts.wordings.fill("staff/operator_sends", {"code": approval.code})
    show({"state": "waiting", "send": word, "expires_at": expires_at})
    print(
        "an owner sends this to the account and confirms it; then run the same command again",
        file=sys.stderr,
    )
    return False
