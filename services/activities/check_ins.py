"""Checking in (签到): by the code on the screen at the door, or by hand; once, and it pays once."""

from dataclasses import dataclass

from loyalty.activities import (
    CHECK_IN_AFTER,
    CHECK_IN_BEFORE,
    ActivityCancelled,
    ActivityUnknown,
    CheckInUnknown,
    NoSeatAtDoor,
    NotOpenYet,
    SignupState,
    can_check_in,
)
from loyalty.check_in_codes import (
    STEP_SECONDS,
    activity_of_code,
    check_in_code,
    looks_like_check_in,
    step_at,
)
from loyalty.ledger import Unit
from loyalty.person import Person
from services.activities.desk import activity_at_desk
from services.activities.signups import locked_activity
from services.activities.whats_on import Activity, activity_numbered, is_for, time_text
from services.campaigns.cues import cue
from services.coupons.issuing import issue_coupon
from services.custody.auditing import Act, audit
from services.ledger.points import earn_points
from services.ledger.posting import lock_accounts
from services.org.reach import reachable_member
from services.org.staff import KnownMember, Right
from services.shop import Shop
from storage.activities import activities_going_on, take_seat_for_present
from storage.activity_signups import add_step, mark_attended, put_signup, signup_of, told_before
from storage.limits import CHECK_IN_FAILURES, is_spent, is_within
from storage.people import lock_follower
from storage.sql import Row
from storage.transactions import transactional

# Behind it stands the code, so that a picture scanned by the menu says what it is for.
SCENE = "checkin_"


@dataclass(frozen=True, slots=True)
class ShownCheckIn:
    activity: Activity
    code: str
    seconds_left: int

    @property
    def scene(self) -> str:
        return SCENE + self.code


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """`is_news`: nobody had checked this member in before."""

    activity: Activity
    points: int = 0
    coupon: str = ""
    is_news: bool = True


async def show_check_in(shop: Shop, person: Person, number: int) -> ShownCheckIn:
    """The code of this minute. Raises ActivityUnknown, NotOpenYet."""
    activity = await activity_at_desk(shop, person, Right.CHECK_IN, number)
    _refuse_closed(shop, activity)
    unix_seconds = _unix_seconds(shop)
    code = check_in_code(_key(shop), activity.id, step=step_at(unix_seconds))
    return ShownCheckIn(activity, code, 2 * STEP_SECONDS - unix_seconds % STEP_SECONDS)


def find_check_in(text: str) -> str | None:
    """The code in a typed text, a scanned picture or a scene; None where there is none."""
    code = text.strip().removeprefix(SCENE)
    return code if looks_like_check_in(code) else None


async def check_in(shop: Shop, person: Person, code: str, *, key: str) -> CheckedIn:
    """By the code on the screen; whoever tries too many hears that none of them is one.

    Raises CheckInUnknown, NoSeatAtDoor.
    """
    subject = str(person.follower_id)
    if await is_spent(shop.cache, CHECK_IN_FAILURES, subject):
        raise CheckInUnknown
    try:
        return await check_in_by_code(shop, person, code, key=key)
    except CheckInUnknown:
        await is_within(shop.cache, CHECK_IN_FAILURES, subject)
        raise


@transactional
async def check_in_by_code(shop: Shop, person: Person, code: str, *, key: str) -> CheckedIn:
    member_id = await lock_follower(person.follower_id)
    if member_id is None:
        raise CheckInUnknown
    known = await told_before(key)
    if known is not None:
        activity = await activity_numbered(shop, known["activity"])
        return CheckedIn(activity, known["points"], known["coupon"])
    activity = await _activity_of(shop, code)
    return await _attend(shop, activity, member_id, key=key)


@transactional
async def check_in_by_hand(
    shop: Shop, person: Person, number: int, member_text: str, *, key: str
) -> tuple[KnownMember, CheckedIn]:
    """Staff say who is there. Raises ActivityUnknown, NotOpenYet, MemberUnknown, NoSeatAtDoor."""
    activity = await activity_at_desk(shop, person, Right.CHECK_IN, number)
    member = await reachable_member(shop, person, member_text)
    known = await told_before(key)
    if known is not None:
        return member, CheckedIn(activity, known["points"], known["coupon"])
    _refuse_closed(shop, activity)
    done = await _attend(shop, activity, member.id, key=key, staff_id=person.staff_id)
    subject = f"activity:{activity.id}"
    await audit(shop, person, Act("activity.check_in", member.id, subject=subject), key=key)
    return member, done


async def _attend(
    shop: Shop, activity: Activity, member_id: int, *, key: str, staff_id: int | None = None
) -> CheckedIn:
    await lock_accounts(member_id, [Unit.POINTS])
    activity = await locked_activity(shop, activity)
    if activity.is_cancelled:
        raise ActivityCancelled(name=activity.terms.name)
    signup = await signup_of(activity.id, member_id)
    if signup is not None and signup["state"] == SignupState.ATTENDED:
        return CheckedIn(activity, is_news=False)
    signup_id = await _seat_of(shop, activity, member_id, signup)
    if not await mark_attended(signup_id, shop.now()):
        raise NoSeatAtDoor(name=activity.terms.name)
    done = await _credit(shop, activity, member_id)
    told = {"activity": activity.id, "points": done.points, "coupon": done.coupon}
    await add_step(key, signup_id, "attended", told, now=shop.now(), staff_id=staff_id)
    await cue(
        shop,
        f"attended:{activity.terms.code}",
        member_id,
        key=_once(activity, member_id),
        facts={"activity": activity.terms.code},
    )
    return done


async def _seat_of(shop: Shop, activity: Activity, member_id: int, signup: Row | None) -> int:
    """Whoever stands at the door without a seat gets a free one, if the activity is theirs."""
    if signup is not None and signup["state"] == SignupState.SEATED:
        return int(signup["id"])
    if signup is None and not await is_for(shop, activity, member_id):
        raise ActivityUnknown
    now = shop.now()
    if not await take_seat_for_present(activity.id, now):
        raise NoSeatAtDoor(name=activity.terms.name)
    return await put_signup(activity.id, member_id, SignupState.SEATED, queue_no=None, now=now)


async def _credit(shop: Shop, activity: Activity, member_id: int) -> CheckedIn:
    """What coming is worth, once a member, whatever message said so."""
    terms, key = activity.terms, _once(activity, member_id)
    cause: dict[str, object] = {
        "what": "activity",
        "by": "activity",
        "activity": activity.id,
        "name": terms.name,
        "rules": shop.rules.version,
    }
    points, coupon = terms.points or 0, ""
    if points:
        await earn_points(shop, member_id, points, key=key, cause=cause, occurred_at=shop.now())
    if terms.coupon is not None:
        issued = await issue_coupon(shop, member_id, terms.coupon, key=key, cause=cause)
        coupon = issued.name if issued else ""
    return CheckedIn(activity, points, coupon)


async def _activity_of(shop: Shop, code: str) -> Activity:
    now = shop.now()
    going_on = await activities_going_on(now + CHECK_IN_BEFORE, now - CHECK_IN_AFTER)
    step = step_at(_unix_seconds(shop))
    found = activity_of_code(_key(shop), code, going_on, step=step)
    if found is None:
        raise CheckInUnknown
    return await activity_numbered(shop, found)


def _refuse_closed(shop: Shop, activity: Activity) -> None:
    if activity.is_cancelled or not can_check_in(shop.now(), activity.starts_at, activity.ends_at):
        raise NotOpenYet(name=activity.terms.name, starts=time_text(shop, activity.starts_at))


def _once(activity: Activity, member_id: int) -> str:
    return f"activity:{activity.id}:{member_id}"


def _unix_seconds(shop: Shop) -> int:
    """Codes follow the machine's clock, as member codes do."""
    return int(shop.clock.machine_now().timestamp())


def _key(shop: Shop) -> bytes:
    return shop.keys.key("member_code")
