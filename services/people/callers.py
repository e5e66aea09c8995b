"""Who is writing (身份): the step *identify*, and following and leaving the account."""

from dataclasses import dataclass
from datetime import timedelta

from loyalty.person import Person
from services.messages.contacts import end_windows
from services.messages.waiting import wait_for_return
from services.people.identities import ask_who_today
from services.shop import Shop
from storage.outbox import hold_back_queued
from storage.people import Caller, add_follower, find_caller, save_dialogue, set_following
from storage.transactions import transactional

# A question older than this was not just asked.
QUESTION_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class IdentifiedCaller:
    person: Person
    progress: str | None


async def identify(shop: Shop, account: str, openid: str, key: str) -> IdentifiedCaller:
    """The person and the open question; a repeated message finds what its first time found.

    One read; only a person never seen before is written down.
    """
    caller = await find_caller(account, openid)
    if caller is None:
        await add_follower(account, openid, shop.now())
        caller = await find_caller(account, openid)
        assert caller is not None, account
        await ask_who_today(shop, caller.person)
    shop.clock.jump_to_offset_ms(caller.clock_offset_ms)
    return IdentifiedCaller(caller.person, _progress(shop, caller, key))


def _progress(shop: Shop, caller: Caller, key: str) -> str | None:
    dialogue = caller.dialogue
    if dialogue is None or shop.now() - dialogue.changed_at > QUESTION_LIFE:
        return None
    return dialogue.prior if dialogue.step_key == key else dialogue.progress


@transactional
async def keep_progress(
    shop: Shop, person: Person, progress: str | None, prior: str | None, key: str
) -> None:
    """Keep a dialogue's progress; the same message again changes nothing."""
    await save_dialogue(
        person.follower_id, progress=progress, prior=prior, step_key=key, now=shop.now()
    )


@transactional
async def follow(shop: Shop, person: Person, *, pushed_at: int, source: str | None) -> None:
    """The person follows; a push that overtook a newer one changes nothing."""
    await set_following(person.follower_id, follows=True, pushed_at=pushed_at, source=source)
    await ask_who_today(shop, person)


@transactional
async def unfollow(shop: Shop, person: Person, *, pushed_at: int) -> None:
    """Nothing more is sent: what was queued is held back, and some of it said on coming back."""
    if await set_following(person.follower_id, follows=False, pushed_at=pushed_at):
        await end_windows(shop, person.follower_id, person.account, person.openid)
        await hold_back_queued(person.account, person.openid, reason="left")
        await wait_for_return(shop, person)
