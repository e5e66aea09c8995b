"""活动、报名、我的活动、活动日历、签到: what is on, having a place at it, and being there."""

from bot.chat import Chat
from bot.dialogue import Answer, Answers, Dialogue, NotMeant
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.membership import members_only
from services.activities.check_ins import check_in, find_check_in
from services.activities.signups import give_up_place, sign_up
from services.activities.surveys import say_again, score
from services.activities.whats_on import (
    OwnActivity,
    activities_for,
    activity_for,
    calendar,
    facts_of,
    own_activities,
)

NUMBER = "[0-9]{1,9}"
AGAIN, NOT_AGAIN = "还会来", "不来了"

router = Router(topic="活动")
survey = router.dialogue(Dialogue("activity_survey"))


@router.command("活动", "活动列表", "报名", help="activities/help_list")
@members_only
async def show_activities(chat: Chat, member_id: int) -> None:
    found = [one for one in await activities_for(chat.shop, member_id) if _is_on(one)]
    if not found:
        return await chat.say("activities/none")
    await _say_list(chat, "activities/list", [_line(chat, own) for own in found])


@router.understand(behind("活动", shape=NUMBER), is_certain=True)
@members_only
async def show_activity(chat: Chat, member_id: int, number: str) -> None:
    own = await activity_for(chat.shop, member_id, int(number))
    terms = own.activity.terms
    kind = chat.shop.rules.coupon_kinds.get(terms.coupon or "")
    gifts = [chat.phrase("activities/gift_points", points=terms.points)] if terms.points else []
    gifts += [chat.phrase("activities/gift_coupon", coupon=kind.name)] if kind else []
    await chat.say(
        "activities/detail",
        line=_line(chat, own),
        until=facts_of(chat.shop, own.activity)["until"],
        text=terms.text or chat.phrase("activities/no_text"),
        gifts="、".join(gifts) or chat.phrase("activities/no_gift"),
        next=chat.phrase(_next(chat, own), number=own.activity.id),
    )


@router.understand(behind("报名", shape=NUMBER), is_certain=True)
@members_only
async def take_place(chat: Chat, member_id: int, number: str) -> None:
    signed = await sign_up(chat.shop, chat.person, int(number), key=chat.key)
    facts = {**facts_of(chat.shop, signed.activity), "queue": signed.place}
    await chat.say(f"activities/signed_{signed.state}", **facts)


@router.understand(behind("取消报名", shape=NUMBER), is_certain=True)
@members_only
async def give_up(chat: Chat, member_id: int, number: str) -> None:
    activity = await give_up_place(chat.shop, chat.person, int(number), key=chat.key)
    await chat.say("activities/given_up", **facts_of(chat.shop, activity))


@router.command("我的活动", "取消报名", help="activities/help_own")
@members_only
async def show_own(chat: Chat, member_id: int) -> None:
    found = await own_activities(chat.shop, member_id)
    if not found:
        return await chat.say("activities/none_own")
    await _say_list(chat, "activities/own", [_line(chat, own) for own in found])


@router.command("活动日历", help="activities/help_calendar")
@members_only
async def show_calendar(chat: Chat, member_id: int) -> None:
    months = await calendar(chat.shop, member_id)
    lines: list[str] = []
    for month, found in months.items():
        head = chat.phrase("activities/month", year=month.year, month=month.month)
        first, *more = [_line(chat, own, "activities/calendar_line") for own in found]
        lines += [f"{head}\n{first}", *more]
    if not lines:
        return await chat.say("activities/none")
    await _say_list(chat, "activities/calendar", lines)


def read_check_in(chat: Chat) -> str | None:
    """签到 CODE, or what the picture at the door says."""
    return find_check_in(chat.text.removeprefix("签到"))


@router.understand(read_check_in, is_certain=True)
@members_only
async def be_there(chat: Chat, member_id: int, code: str) -> None:
    done = await check_in(chat.shop, chat.person, code, key=chat.key)
    name = done.activity.terms.name
    if not done.is_news:
        return await chat.say("activities/there_before", name=name)
    gifts = [chat.phrase("activities/gift_points", points=done.points)] if done.points else []
    gifts += [chat.phrase("activities/gift_coupon", coupon=done.coupon)] if done.coupon else []
    if not gifts:
        return await chat.say("activities/there", name=name)
    await chat.say("activities/there_with_gifts", name=name, gifts="、".join(gifts))


async def open_check_in(chat: Chat, text: str) -> bool:
    """False where what was scanned is no check-in code."""
    code = find_check_in(text)
    if code is not None:
        await be_there(chat, code)
    return code is not None


@router.understand(behind("签到", shape="[0-9]{1,18}"))
@members_only
async def refuse_code(chat: Chat, member_id: int, code: str) -> None:
    """Digits that are no code, such as one that was cut off."""
    await chat.say("activities/code_unknown")


@router.command("签到")
async def how_to_check_in(chat: Chat) -> None:
    await chat.say("activities/how_to_check_in")


@router.understand(behind("评活动", shape=rf"{NUMBER} [1-5]"), is_certain=True)
@members_only
async def take_score(chat: Chat, member_id: int, text: str) -> None:
    number, stars = map(int, text.split())
    activity = await score(chat.shop, chat.person, number, stars)
    await chat.open(survey, {"number": number}, name=activity.terms.name)


@survey.ask("again", prompt="activities/ask_again", offers=(AGAIN, NOT_AGAIN))
def read_again(text: str) -> Answer:
    if text not in (AGAIN, NOT_AGAIN):
        raise NotMeant
    return text


@survey.done
@members_only
async def keep_again(chat: Chat, member_id: int, answers: Answers) -> None:
    number, comes_again = int(str(answers["number"])), answers["again"] == AGAIN
    await say_again(chat.shop, chat.person, number, comes_again)
    await chat.say("activities/thanks")


async def _say_list(chat: Chat, wording: str, lines: list[str]) -> None:
    """How many one reply does not hold is said."""

    def facts_of(shown: int) -> dict[str, object]:
        left = len(lines) - shown
        more = [chat.phrase("activities/more", count=left)] if left else []
        return {"lines": "\n".join([*lines[:shown], *more])}

    await chat.say_most(wording, len(lines), facts_of)


def _is_on(own: OwnActivity) -> bool:
    return own.state is not None or not own.activity.is_cancelled


def _next(chat: Chat, own: OwnActivity) -> str:
    """What one may say now."""
    if own.activity.is_cancelled or chat.shop.now() > own.activity.ends_at:
        return "activities/next_nothing"
    if own.is_coming:
        return "activities/next_give_up"
    can_sign_up = own.state is None and own.activity.is_open(chat.shop.now())
    return "activities/next_sign_up" if can_sign_up else "activities/next_nothing"


def _line(chat: Chat, own: OwnActivity, wording: str = "activities/line") -> str:
    return chat.phrase(wording, **facts_of(chat.shop, own.activity), state=_state(chat, own))


def _state(chat: Chat, own: OwnActivity) -> str:
    """Whether one has a place, else whether there is one to be had."""
    activity = own.activity
    if activity.is_cancelled:
        return chat.phrase("activities/state_called_off")
    if own.is_waiting:
        return chat.phrase("activities/state_waiting", queue=own.place)
    if own.state is not None:
        return chat.phrase(f"activities/state_{own.state}")
    if not activity.is_open(chat.shop.now()):
        return chat.phrase("activities/state_over")
    left = activity.seats_left
    if left is None:
        return chat.phrase("activities/state_open")
    if left:
        return chat.phrase("activities/state_left", left=left)
    full = "activities/state_queue" if activity.terms.waiting_list else "activities/state_full"
    return chat.phrase(full)
