"""Remedies (补偿): what one person may give for what went wrong, on a ticket and in a day."""

from loyalty.staff import Role

# Points; a coupon counts as so many of them, so that one limit holds for both.
COUPON_WORTH_POINTS = 500
LARGEST_REMEDY_POINTS = 10_000
ALONE_POINTS: dict[Role, int] = {
    Role.SUPPORT: 500,
    Role.MANAGER: 2_000,
    Role.OWNER: 10_000,
}
# As many tickets' worth as one person gives alone in a day.
TICKETS_A_DAY = 10


def alone_on_a_ticket(role: str) -> int:
    """Points that this role gives on one ticket without a second person."""
    return ALONE_POINTS.get(Role(role), 0)


def alone_in_a_day(role: str) -> int:
    return alone_on_a_ticket(role) * TICKETS_A_DAY
