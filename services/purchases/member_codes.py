"""Member codes (会员码): showing one, and binding it to the receipt it is first used for."""

from dataclasses import dataclass

from loyalty.member_codes import (
    STEP_SECONDS,
    MemberCodeReading,
    MemberCodeUnknown,
    MemberCodeUsed,
    looks_like_member_code,
    read_member_code,
    show_member_code,
    step_at,
)
from services.org.tills import Till
from services.shop import Shop
from storage.member_codes import (
    active_member_now,
    bind_code,
    code_use,
    count_code_uses,
    is_active_member,
)


@dataclass(frozen=True, slots=True)
class ShownCode:
    code: str
    seconds_left: int
    picture_url: str


async def show_code(shop: Shop, member_id: int) -> ShownCode:
    """The code of this minute; after a use another one at once. Follows the machine's clock."""
    unix_seconds = int(shop.clock.machine_now().timestamp())
    step = step_at(unix_seconds)
    uses = await count_code_uses(member_id, step)
    code = show_member_code(shop.keys.key("member_code"), member_id, step=step, uses=uses)
    # Tills take it for one step more, and so long it is worth showing.
    seconds_left = 2 * STEP_SECONDS - unix_seconds % STEP_SECONDS
    return ShownCode(code, seconds_left, f"{shop.public_url}/member-code/{code}")


def is_member_code(text: str) -> bool:
    """Whether a text has a member code's shape; says nothing about whose it is."""
    return looks_like_member_code(text)


def read_code(shop: Shop, code: str) -> MemberCodeReading:
    """Whose code it is. Raises MemberCodeUnknown for made-up and old ones."""
    step = step_at(int(shop.clock.machine_now().timestamp()))
    reading = read_member_code(shop.keys.key("member_code"), code, step)
    if reading is None:
        raise MemberCodeUnknown
    return reading


async def read_unused_code(shop: Shop, code: str) -> MemberCodeReading:
    """Whose code it is, without using it up. Raises MemberCodeUnknown, MemberCodeUsed."""
    reading = read_code(shop, code)
    if not await is_active_member(reading.handle):
        raise MemberCodeUnknown
    if await code_use(reading.handle, reading.step, reading.uses) is not None:
        raise MemberCodeUsed
    return reading


def code_of(shop: Shop, reading: MemberCodeReading) -> str:
    """The digits that were read, however old they are by now."""
    key = shop.keys.key("member_code")
    return show_member_code(key, reading.handle, step=reading.step, uses=reading.uses)


async def use_code(
    shop: Shop, reading: MemberCodeReading, till: Till, *, purpose: str, reference: str
) -> int:
    """Bind a code to this till and receipt; the member's id, also of who was merged since.

    A helper for use cases. Raises MemberCodeUsed when it is bound to anything else: a screenshot
    is worth nothing after the first use.
    """
    member_id = await active_member_now(reading.handle)
    if member_id is None:
        raise MemberCodeUnknown
    is_bound_now = await bind_code(
        member_id=reading.handle,
        step=reading.step,
        uses=reading.uses,
        till_id=till.till_no,
        purpose=purpose,
        reference=reference,
        now=shop.now(),
    )
    if not is_bound_now:
        bound = await code_use(reading.handle, reading.step, reading.uses)
        if bound != (till.till_no, purpose, reference):
            raise MemberCodeUsed
    return member_id
