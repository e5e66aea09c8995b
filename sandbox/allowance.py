"""The allowance (客服消息额度): what a member's acts let the account send, and for how long."""

from datetime import timedelta

from sandbox.config import Allowance
from sandbox.records import Contact, Grant
from sandbox.world import World


def grant(world: World, contact: Contact, trigger: str) -> None:
    """`trigger` is a name of the allowance rules: message, menu, menu_link, follow, scan, enter."""
    rules = world.config.allowance
    rule: Allowance = getattr(rules, trigger)
    now = world.clock.now()
    contact.last_contact_at = now
    kept = [
        entry
        for entry in contact.grants
        if entry.ends_at > now and (rules.stack or entry.trigger != trigger)
    ]
    contact.grants = [*kept, Grant(trigger, rule.count, now + timedelta(seconds=rule.seconds))]
    world.changed()


def is_window_open(world: World, contact: Contact) -> bool:
    return contact.following and bool(_alive(world, contact))


def spend_grant(world: World, contact: Contact) -> bool:
    """Of several the one that ends first; False when the count of all is used up."""
    usable = [entry for entry in _alive(world, contact) if entry.left > 0]
    if not usable:
        return False
    min(usable, key=lambda entry: entry.ends_at).left -= 1
    world.changed()
    return True


def _alive(world: World, contact: Contact) -> list[Grant]:
    return [entry for entry in contact.grants if entry.ends_at > world.clock.now()]
