"""The person (人) a door is dealing with: a follower who may be a member, and may be staff."""

from dataclasses import dataclass

from loyalty.staff import Right, has_right


@dataclass(frozen=True, slots=True)
class Person:
    """`staff_id` and `role` are set for active staff, whose reach is one store, a region, or all.

    `has_waiting`: something could not be delivered and is said first now.
    """

    follower_id: int
    account: str
    openid: str
    follows: bool
    member_id: int | None = None
    member_no: str | None = None
    staff_id: int | None = None
    role: str | None = None
    store_id: int | None = None
    region_id: int | None = None
    has_waiting: bool = False

    @property
    def is_member(self) -> bool:
        return self.member_id is not None

    def may(self, right: Right) -> bool:
        return has_right(self.role, right)
