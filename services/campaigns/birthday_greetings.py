"""Birthday greetings (生日祝福): the turn of one member's birthday, once a birthday year.

What cannot be sent on that day is the first line of the next contact of that month, and of no use
after.
"""

from datetime import date, datetime, time, timedelta

from loyalty.birthdays import birthday_year, is_told_in_time, name_of, names_on
from loyalty.campaigns import Campaign
from loyalty.people import Birthday
from services.campaigns.turns import Turn
from services.clock import SHOP_ZONE, day_of, end_of
from services.details.keeping import unsealed
from services.people.lunar import lunar_day
from services.shop import Shop
from storage.birthdays import birthday_of
from storage.instants import from_ms


async def birthday_turn(shop: Shop, campaign: Campaign, member_id: int, day: date) -> Turn | None:
    """None for whom it is not to be: told too late for this year, or changed since.

    Whoever is under fourteen has none here: it is refused where it is written down.
    """
    found = await birthday_of(member_id)
    if found is None:
        return None
    birthday = Birthday.parse(unsealed(shop, member_id, "birthday", found["birthday_sealed"]))
    lunar = lunar_day(day)
    names = names_on(day, lunar, leap_day=campaign.terms.leap_day)
    told_on = None if found["told_at"] is None else day_of(from_ms(found["told_at"]))
    if name_of(birthday) not in names or not is_told_in_time(told_on, day):
        return None
    return Turn(
        campaign,
        member_id,
        name=f"birthday:{day}",
        happened_at=datetime.combine(day, time(), SHOP_ZONE),
        period=f"{birthday_year(birthday, day, lunar)}",
        useless_after=_end_of_month(day),
        fresh_until=end_of(day),
        # Asked with the others of the day.
        is_meant=campaign.terms.audience is not None,
    )


def _end_of_month(day: date) -> datetime:
    first_of_next = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime.combine(first_of_next, time(), SHOP_ZONE)
