"""Couriers (专送): what leaves by the outbox and is neither a text nor a QR picture."""

from bot.app import Parts
from bot.delivery import Courier


def couriers_for(parts: Parts) -> dict[str, Courier]:
    """By kind of content, for Delivery."""
    return {}
