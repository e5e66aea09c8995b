"""The person (人) a door is dealing with: a follower who may be a member, and may be staff."""

from dataclasses import dataclass

from loyalty.staff import Right, has_right


@dataclass(frozen=True, slots=True)
class Person:
    """`staff_id`, `role` and `store_id` are set for active staff; owners may have no store."""

    follower_id: int
    account: str
    openid: str
    follows: bool
    member_id: int | None = None
    member_no: str | None = None
    staff_id: int | None = None
    role: str | None = None
    store_id: int | None = None

    @property
    def is_member(self) -> bool:
        return self.member_id is not None

    def may(self, right: Right) -> bool:
        return has_right(self.role, right)
