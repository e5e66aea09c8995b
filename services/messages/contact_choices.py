"""Contact choices (消息偏好): a member says stop, of one topic or of all, fewer, or not this month.

What is queued and not wanted any more is held back in the same transaction.
"""

from collections.abc import Callable

from loyalty.contact_choices import A_MONTH_DAYS, PAUSE_DAYS, Choices
from loyalty.messages import Topic
from loyalty.people import Purpose
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.send_gate import Held
from services.people.consents import record_consents
from services.shop import Shop
from storage.contact_choices import (
    choices_of_member,
    keep_choices,
    lock_choices,
    stop_marketing_of,
    stop_topic_of,
)
from storage.transactions import transactional

__all__ = ["A_MONTH_DAYS", "Choices", "Topic"]

EVERYTHING_OFFERED = (Purpose.MARKETING, Purpose.CARE)


class PauseUnfit(Refusal):
    """A pause is some days long; whoever wants it for good says stop."""

    wording = "stop/pause_unfit"


async def choices_shown(shop: Shop, member_id: int) -> Choices:
    """As they hold today: a pause that is over is none."""
    choices = await choices_of_member(member_id)
    return choices if choices.is_paused(shop.today()) else choices.resumed()


@transactional
async def stop_offers(shop: Shop, person: Person, *, shown_text: str, key: str) -> int:
    """Nothing is offered from now on, neither what is queued; how many messages that was.

    The same message again changes nothing.
    """
    no = dict.fromkeys(EVERYTHING_OFFERED, False)
    await record_consents(shop, person, person.member_id, no, shown_text=shown_text, key=key)
    if person.member_id is None:
        return 0
    now = shop.clock.machine_now()
    return await stop_marketing_of(person.member_id, reason=Held.NO_CONSENT, now=now)


@transactional
async def agree_to_offers(shop: Shop, person: Person, *, shown_text: str, key: str) -> None:
    """`shown_text` is what was agreed to; the same message again changes nothing."""
    yes = dict.fromkeys(EVERYTHING_OFFERED, True)
    await record_consents(shop, person, person.member_id, yes, shown_text=shown_text, key=key)


@transactional
async def stop_messages_about(shop: Shop, member_id: int, topic: Topic, *, key: str) -> Choices:
    choices = await _change(shop, member_id, lambda now: now.without(topic), key=key)
    now = shop.clock.machine_now()
    await stop_topic_of(member_id, topic, reason=Held.TOPIC_OFF, now=now)
    return choices


@transactional
async def hear_about(shop: Shop, member_id: int, topic: Topic, *, key: str) -> Choices:
    return await _change(shop, member_id, lambda now: now.with_topic(topic), key=key)


@transactional
async def hear_fewer(shop: Shop, member_id: int, *, key: str) -> Choices:
    """One a week; asked again, none. The same message again: the same answer."""
    return await _change(shop, member_id, Choices.fewer, key=key)


@transactional
async def hear_more(shop: Shop, member_id: int, *, key: str) -> Choices:
    return await _change(shop, member_id, Choices.more, key=key)


@transactional
async def pause_offers(shop: Shop, member_id: int, days: int, *, key: str) -> Choices:
    """Not before so many days. Raises PauseUnfit."""
    if days not in PAUSE_DAYS:
        raise PauseUnfit(most=PAUSE_DAYS[-1])
    today = shop.today()
    return await _change(shop, member_id, lambda now: now.paused(today, days), key=key)


@transactional
async def end_pause(shop: Shop, member_id: int, *, key: str) -> Choices:
    return await _change(shop, member_id, Choices.resumed, key=key)


async def join_choices(shop: Shop, kept_id: int, merged_id: int, *, key: str) -> None:
    """At a merge: what either of the two did not want. A helper for use cases."""
    theirs = await choices_of_member(merged_id)
    if theirs != Choices():
        await _change(shop, kept_id, theirs.stricter, key=key)


async def _change(
    shop: Shop, member_id: int, step: Callable[[Choices], Choices], *, key: str
) -> Choices:
    """A step from what holds; a message that took its step already takes no other."""
    choices, changed_by = await lock_choices(member_id, shop.now())
    if changed_by == key:
        return choices
    choices = step(choices)
    await keep_choices(member_id, choices, key=key, now=shop.now())
    return choices
