"""Tables by topic; this page names them all for tortoise."""

from storage.models.activities import ActivityRow, ActivitySignup, ActivityStep, ActivityTask
from storage.models.audiences import MemberTag, PurchaseCategory, SegmentVersion
from storage.models.audit import AuditHead, AuditRow
from storage.models.broadcasts import Broadcast, BroadcastPerson, MassBatch, MassNews, MassTag
from storage.models.campaigns import (
    CampaignAnswer,
    CampaignCue,
    CampaignEffect,
    CampaignRun,
    CampaignState,
    ProductView,
)
from storage.models.coupons import Coupon, CouponGift, CouponUse, Exchange
from storage.models.custody import BackupRow, InstallationMark
from storage.models.details import DetailChange, DetailMark, MemberDetail, TrainingPass
from storage.models.imports import DuplicateReview, ImportedMember, ImportRun
from storage.models.ledger import (
    LedgerAccount,
    LedgerEntry,
    LedgerTransactionRow,
    LotAllocation,
    LotRow,
)
from storage.models.lifecycle import LifecycleMark, MemberRhythm, RfmScore, StageChange
from storage.models.merges import LotMove, MemberMerge, MergeMove
from storage.models.messages import (
    Contact,
    ContactChoice,
    HeldSubscription,
    OutboxMessage,
    WaitingLine,
)
from storage.models.people import Consent, ConsentText, Follower, Member, OpenDialogue
from storage.models.phones import MiniSession, PhoneCode
from storage.models.purchases import Claim, Counter, MemberCodeUse, Purchase, Quote, Refund
from storage.models.results import MessageReply
from storage.models.rights import Closing, Download, DownloadFile, MemberExport
from storage.models.service import Announcement, AnnouncementTicket, TicketPicture
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
from storage.models.staff import (
    Confirmation,
    OperatorRequest,
    StaffAction,
    StaffInvitation,
    StaffMember,
)
from storage.models.tickets import TicketMessage, TicketRow, TicketSubject
from storage.models.tiers import MemberTier, TierChange, TierGift
from storage.models.wallet import HoldDraw, TopUp, WalletHold

__all__ = [
    "ActivityRow",
    "ActivitySignup",
    "ActivityStep",
    "ActivityTask",
    "Announcement",
    "AnnouncementTicket",
    "AuditHead",
    "AuditRow",
    "BackupRow",
    "Brand",
    "Broadcast",
    "BroadcastPerson",
    "CampaignAnswer",
    "CampaignCue",
    "CampaignEffect",
    "CampaignRun",
    "CampaignState",
    "Claim",
    "Closing",
    "Confirmation",
    "Consent",
    "ConsentText",
    "Contact",
    "ContactChoice",
    "Counter",
    "Coupon",
    "CouponGift",
    "CouponUse",
    "DetailChange",
    "DetailMark",
    "Download",
    "DownloadFile",
    "DuplicateReview",
    "Exchange",
    "Follower",
    "HeldSubscription",
    "HoldDraw",
    "ImportRun",
    "ImportedMember",
    "Installation",
    "InstallationMark",
    "JobRun",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransactionRow",
    "LifecycleMark",
    "LotAllocation",
    "LotMove",
    "LotRow",
    "MassBatch",
    "MassNews",
    "MassTag",
    "Member",
    "MemberCodeUse",
    "MemberDetail",
    "MemberExport",
    "MemberMerge",
    "MemberRhythm",
    "MemberTag",
    "MemberTier",
    "MergeMove",
    "MessageReply",
    "MiniSession",
    "OpenDialogue",
    "OperatorRequest",
    "OutboxMessage",
    "PhoneCode",
    "ProductView",
    "Purchase",
    "PurchaseCategory",
    "Quote",
    "Refund",
    "Region",
    "RfmScore",
    "RuleVersion",
    "SegmentVersion",
    "StaffAction",
    "StaffInvitation",
    "StaffMember",
    "StageChange",
    "Store",
    "TicketMessage",
    "TicketPicture",
    "TicketRow",
    "TicketSubject",
    "TierChange",
    "TierGift",
    "Till",
    "TillKey",
    "TopUp",
    "TrainingPass",
    "WaitingLine",
    "WalletHold",
]
