"""Who is who in the demo (演示身份): a guest by number, or whoever has a phone on the table."""

from loyalty.person import Person
from sandbox.identifiers import openid_of
from services.people.callers import identify
from services.shop import Shop
from tools.demo_cast import PHONES
from tools.demo_data import openid_of_guest
from tools.demo_deeds import ACCOUNT


async def person_with(shop: Shop, appid: str, who: int | str) -> Person:
    openid = openid_of_guest(who) if isinstance(who, int) else openid_of(phone_id(who), appid)
    return (await identify(shop, ACCOUNT, openid, "")).person


def phone_id(name: str) -> str:
    return f"p{PHONES.index(name) + 1}"
