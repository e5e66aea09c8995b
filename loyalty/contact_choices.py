"""Contact choices (消息偏好): what a member wants to hear of, how often, and from when on again."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from loyalty.messages import Topic

# One and then none; above it the shop's own numbers hold.
FEWER = {None: 1, 1: 0, 0: 0}
MORE = {0: 1, 1: None, None: None}
PAUSE_DAYS = range(1, 181)
A_MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Choices:
    """Without any: everything, as often as the shop does. `paused_until` is the first day again."""

    topics_off: frozenset[Topic] = frozenset()
    weekly: int | None = None
    paused_until: date | None = None

    def without(self, topic: Topic) -> "Choices":
        return replace(self, topics_off=self.topics_off | {topic})

    def with_topic(self, topic: Topic) -> "Choices":
        return replace(self, topics_off=self.topics_off - {topic})

    def fewer(self) -> "Choices":
        """A step less; a number of the member's own above those is one at once."""
        return replace(self, weekly=FEWER.get(self.weekly, 1))

    def more(self) -> "Choices":
        return replace(self, weekly=MORE.get(self.weekly))

    def paused(self, today: date, days: int) -> "Choices":
        return replace(self, paused_until=today + timedelta(days=days))

    def resumed(self) -> "Choices":
        return replace(self, paused_until=None)

    def stricter(self, other: "Choices") -> "Choices":
        """Of one person with two memberships: whatever either of them did not want."""
        numbers = [weekly for weekly in (self.weekly, other.weekly) if weekly is not None]
        days = [day for day in (self.paused_until, other.paused_until) if day is not None]
        return Choices(
            self.topics_off | other.topics_off,
            min(numbers, default=None),
            max(days, default=None),
        )

    def is_paused(self, today: date) -> bool:
        return self.paused_until is not None and today < self.paused_until


ANYTHING = Choices()
