"""Suggestion boxes (意见箱): a code at the counter that opens feedback about its store."""

from loyalty.person import Person
from services.messages.queueing import queue_message
from services.org.staff import Counter, Right, allow, counter_of
from services.shop import Shop
from storage.transactions import transactional

# A scene may hold letters, digits, - and _ for certain (wechat-platform 4.9).
SCENE = "box_"
KIND = "box"


def box_scene(store_code: str) -> str:
    return SCENE + store_code


def store_of_box(shop: Shop, scene: str) -> int | None:
    """None for any other scene, and for a store that is no more."""
    code = scene.removeprefix(SCENE)
    if code == scene:
        return None
    places = shop.rules.places.items()
    return next((number for number, place in places if place.store == code), None)


def store_named(shop: Shop, store_id: int) -> str:
    """Empty for a store that is no more."""
    place = shop.rules.places.get(store_id)
    return place.store_name if place else ""


def has_store(shop: Shop, store_code: str) -> bool:
    return any(place.store == store_code for place in shop.rules.places.values())


@transactional
async def send_box_code(shop: Shop, person: Person, store_code: str, *, key: str) -> Counter:
    """Have the picture of a store's box sent to whoever asks. Raises what counter_of raises."""
    allow(person, Right.TICKETS)
    counter = counter_of(shop, person, store_code)
    await queue_message(
        shop,
        key=f"box:{key}",
        account=person.account,
        openid=person.openid,
        content={"kind": KIND, "value": box_scene(counter.place.store)},
    )
    return counter
