"""Held subscriptions (持有的订阅): one-time leave to send one message, by channel and template.

The platform tells no count, so we keep one: an accept is one more, a refusal takes all back.
"""

from loyalty.messages import Channel


def held_name(channel: Channel, template_id: str, scene: int = 0) -> str:
    """By which name it is held: an account has one form for one-time subscriptions, and each of
    its scenes is a subscription by itself (wechat-platform 4.6)."""
    return f"{template_id}#{scene}" if channel is Channel.ONE_TIME else template_id


def most_held(channel: Channel) -> int | None:
    """Accepts of one scene do not add up; those of a notice do."""
    return 1 if channel is Channel.ONE_TIME else None
