"""The 29th of February (闰日生日): a member chooses the day it is kept on in other years."""

from dataclasses import replace

from loyalty.people import Birthday
from loyalty.refusals import Refusal
from services.details.keeping import BY_MEMBER, keep_birthday, unsealed
from services.shop import Shop
from storage.birthdays import birthday_of
from storage.details import log_detail_change
from storage.transactions import transactional


class NotBornOnLeapDay(Refusal):
    wording = "details/no_leap_day"


@transactional
async def keep_leap_day_on(shop: Shop, member_id: int, day: str, *, key: str) -> None:
    """`day` is 02-28 or 03-01. No new birthday: neither the twelve months between two nor the
    thirty days before a greeting begin with it. Raises NotBornOnLeapDay."""
    found = await birthday_of(member_id)
    if found is None:
        raise NotBornOnLeapDay
    birthday = Birthday.parse(unsealed(shop, member_id, "birthday", found["birthday_sealed"]))
    if not birthday.is_leap_day:
        raise NotBornOnLeapDay
    now = shop.now()
    if await log_detail_change(member_id, "birthday", "confirmed", by=BY_MEMBER, key=key, now=now):
        await keep_birthday(shop, member_id, str(replace(birthday, kept_on=day)))
