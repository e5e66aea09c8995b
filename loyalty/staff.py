"""Staff (员工): roles, what each may do at the counter, and up to which amounts."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    MARKETING = "marketing"
    MANAGER = "manager"
    CLERK = "clerk"
    SUPPORT = "support"
    AUDITOR = "auditor"


class Right(StrEnum):
    """What a staff word needs; each word names one."""

    LOOK_UP = "look_up"
    REDEEM = "redeem"
    TOP_UP = "top_up"
    RECEIPT = "receipt"
    UNDO = "undo"
    ADJUST = "adjust"
    CARD_REFUND = "card_refund"
    CONFIRM = "confirm"
    TRAIN = "train"
    # Phone and address in full, for who has passed the training.
    UNMASK = "unmask"
    CHECK_DETAILS = "check_details"
    TICKETS = "tickets"
    REMEDY = "remedy"
    ANNOUNCE = "announce"
    AUDIENCE = "audience"
    BROADCAST = "broadcast"
    CAMPAIGN = "campaign"
    # To look after activities; to show a check-in code at the door.
    ACTIVITY = "activity"
    CHECK_IN = "check_in"
    MERGE = "merge"
    EXPORT = "export"
    KNOW_STAFF = "know_staff"
    MANAGE_STAFF = "manage_staff"
    AUDIT = "audit"
    PAUSE_SENDING = "pause_sending"
    BACK_UP = "back_up"
    # To say yes to what an operator asks for at the command line.
    APPROVE = "approve"


class NotAllowed(Exception):
    """Nobody has a right by default; a door answers as to a word it does not know."""


ANY_STAFF = frozenset({Right.CONFIRM, Right.TRAIN})
COUNTER = ANY_STAFF | {
    Right.LOOK_UP,
    Right.REDEEM,
    Right.TOP_UP,
    Right.RECEIPT,
    Right.UNDO,
    Right.CHECK_DETAILS,
    Right.CHECK_IN,
}
# Whoever speaks to many at once.
SPEAKING = frozenset({Right.ANNOUNCE, Right.AUDIENCE, Right.BROADCAST, Right.ACTIVITY})
SERVICE = frozenset({Right.LOOK_UP, Right.UNMASK, Right.TICKETS, Right.REMEDY, Right.UNDO})
LEADING = (
    COUNTER | SERVICE | SPEAKING | {Right.ADJUST, Right.CARD_REFUND, Right.MERGE, Right.EXPORT}
)
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.MANAGER: LEADING,
    Role.CLERK: COUNTER,
    Role.SUPPORT: ANY_STAFF | SERVICE,
    Role.MARKETING: ANY_STAFF | SPEAKING | {Right.CAMPAIGN, Right.CHECK_IN},
    Role.AUDITOR: ANY_STAFF | {Right.AUDIT, Right.KNOW_STAFF},
}
# Whoever stands at a counter works in one store; the others may see the whole brand.
IN_ONE_STORE = frozenset({Role.CLERK})
# A receipt or top-up typed by hand; a slip of the keys must not become a fortune (B57).
LARGEST_AMOUNT_FEN: dict[Role, int] = {
    Role.CLERK: 500_000,
    Role.MANAGER: 2_000_000,
    Role.OWNER: 10_000_000,
}
LARGEST_ADJUSTMENT_POINTS = 100_000


def has_right(role: str | None, right: Right) -> bool:
    """Nobody has a right by default."""
    return role is not None and right in RIGHTS[Role(role)]


def roles_with(right: Right) -> list[Role]:
    """The nearest to the counter first."""
    return [role for role in reversed(Role) if right in RIGHTS[role]]


def largest_amount_fen(role: str | None) -> int:
    return LARGEST_AMOUNT_FEN[Role(role)] if role is not None else 0
