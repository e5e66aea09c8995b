"""The counter (柜台): a till of its own for each store, at which staff act by chat.

Everything that takes a till works for staff as well; receipts are signed with the counter's key.
"""

from services.org.staff import Counter
from services.org.tills import Till, give_key, till_of_code
from services.shop import Shop
from storage.staff import add_till
from storage.tills import till_no_of

SUFFIX = "-chat"


def is_counter(till: Till) -> bool:
    """Whether a receipt was written by staff in chat rather than rung up."""
    return till.code.endswith(SUFFIX)


async def counter_till(shop: Shop, counter: Counter) -> Till:
    """The till of this counter, made on its first use. A helper for use cases."""
    code = counter.place.store + SUFFIX
    till = await till_of_code(shop, code)
    if till is not None:
        return till
    # Whoever makes the row makes the key; everybody else waits here until both are there.
    if await add_till(code, counter.store_id) or await till_of_code(shop, code) is None:
        till_no = await till_no_of(code)
        assert till_no is not None, code
        await give_key(shop, till_no)
    made = await till_of_code(shop, code)
    assert made is not None, code
    return made
