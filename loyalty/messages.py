"""Messages (消息): what they are for, what they are about, and the ways they can leave.

Caps, quiet hours and consent hang on the class; the platform's allowance hangs on the channel.
"""

from enum import StrEnum


class MessageClass(StrEnum):
    """What a message is for (field-rules D9); only what is offered needs leave to be said."""

    REPLY = "reply"
    TRANSACTIONAL = "transactional"
    SERVICE = "service"
    CARE = "care"
    PROMOTION = "promotion"

    @property
    def is_marketing(self) -> bool:
        return self in MARKETING

    @property
    def lane(self) -> int:
        """0 replies, 1 what is owed to a person, 2 marketing."""
        return 0 if self is MessageClass.REPLY else 2 if self.is_marketing else 1


MARKETING = frozenset({MessageClass.CARE, MessageClass.PROMOTION})


class Topic(StrEnum):
    """Message topics (消息主题), each of which a member can switch off."""

    OFFERS = "offers"
    ACTIVITIES = "activities"
    CARE = "care"
    EXPIRY = "expiry"
    TIERS = "tiers"


class Channel(StrEnum):
    """The platform's ways to send (wechat-platform 4.2 to 4.7)."""

    SERVICE = "service"
    TEMPLATE = "template"
    SUBSCRIPTION = "subscription"
    ONE_TIME = "one_time"
    MINI = "mini"
    MASS = "mass"


# Forms that the platform approves for notices: marketing through them costs the account its right.
NOTICE_ONLY = frozenset({Channel.TEMPLATE})
# Each send spends a subscription that somebody gave.
SUBSCRIBED = frozenset({Channel.SUBSCRIPTION, Channel.ONE_TIME, Channel.MINI})
