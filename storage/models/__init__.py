"""Tables by topic; this page names them all for tortoise."""

from storage.models.coupons import Coupon, CouponGift, CouponUse, Exchange
from storage.models.ledger import (
    LedgerAccount,
    LedgerEntry,
    LedgerTransactionRow,
    LotAllocation,
    LotRow,
)
from storage.models.messages import OutboxMessage, WaitingLine
from storage.models.people import Consent, ConsentText, Follower, Member, OpenDialogue
from storage.models.purchases import Claim, Counter, MemberCodeUse, Purchase, Quote, Refund
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
from storage.models.staff import Confirmation, StaffAction, StaffInvitation, StaffMember
from storage.models.tiers import MemberTier, Notice, TierChange, TierGift
from storage.models.wallet import HoldDraw, TopUp, WalletHold

__all__ = [
    "Brand",
    "Claim",
    "Confirmation",
    "Consent",
    "ConsentText",
    "Counter",
    "Coupon",
    "CouponGift",
    "CouponUse",
    "Exchange",
    "Follower",
    "HoldDraw",
    "Installation",
    "JobRun",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransactionRow",
    "LotAllocation",
    "LotRow",
    "Member",
    "MemberCodeUse",
    "MemberTier",
    "Notice",
    "OpenDialogue",
    "OutboxMessage",
    "Purchase",
    "Quote",
    "Refund",
    "Region",
    "RuleVersion",
    "StaffAction",
    "StaffInvitation",
    "StaffMember",
    "Store",
    "TierChange",
    "TierGift",
    "Till",
    "TillKey",
    "TopUp",
    "WaitingLine",
    "WalletHold",
]
