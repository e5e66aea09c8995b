"""The person (人) a door is dealing with: a follower who may be a member."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    follower_id: int
    account: str
    openid: str
    follows: bool
    member_id: int | None = None
    member_no: str | None = None

    @property
    def is_member(self) -> bool:
        return self.member_id is not None
