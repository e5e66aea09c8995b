"""Tables by topic; this page names them all for tortoise."""

from storage.models.ledger import (
    Hold,
    LedgerAccount,
    LedgerEntry,
    LedgerTransactionRow,
    LotAllocation,
    LotRow,
)
from storage.models.messages import OutboxMessage
from storage.models.people import Consent, ConsentText, Follower, Member, OpenDialogue
from storage.models.purchases import Claim, Counter, Coupon, MemberCodeUse, Purchase
from storage.models.shop import (
    Brand,
    Installation,
    JobRun,
    Region,
    RuleVersion,
    Store,
    Till,
    TillKey,
)

__all__ = [
    "Brand",
    "Claim",
    "Consent",
    "ConsentText",
    "Counter",
    "Coupon",
    "Follower",
    "Hold",
    "Installation",
    "JobRun",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransactionRow",
    "LotAllocation",
    "LotRow",
    "Member",
    "MemberCodeUse",
    "OpenDialogue",
    "OutboxMessage",
    "Purchase",
    "Region",
    "RuleVersion",
    "Store",
    "Till",
    "TillKey",
]
