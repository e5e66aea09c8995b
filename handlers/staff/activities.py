"""活动名单、签到码、签到、取消活动、活动成绩: what staff do around an activity."""

from bot.chat import Chat
from bot.routing import Router
from handlers.staff.proposing import propose
from loyalty.money import yuan_text
from services.activities.check_ins import check_in_by_hand, show_check_in
from services.activities.desk import guest_list, outcome_of, read_activity_number
from services.activities.whats_on import facts_of
from services.org.staff import Right

router = Router()


@router.staff(
    "活动名单",
    Right.CHECK_IN,
    takes=(1, 1),
    usage="activities/usage_guests",
    help="activities/help_guests",
)
async def show_guests(chat: Chat, arguments: tuple[str, ...]) -> None:
    number = read_activity_number(arguments[0])
    found = await guest_list(chat.shop, chat.person, number, key=chat.key)
    lines = [
        chat.phrase(
            "activities/guest",
            member_no=guest.member_no,
            member=guest.name_masked,
            state=chat.phrase(f"activities/guest_{guest.state}"),
        )
        for guest in found.guests
    ]
    await chat.say(
        "activities/guests",
        name=found.activity.terms.name,
        number=number,
        **{state: found.counts.get(state, 0) for state in ("seated", "waiting", "attended")},
        lines="\n".join(lines) or chat.phrase("activities/no_guests"),
    )


@router.staff(
    "签到码",
    Right.CHECK_IN,
    takes=(1, 1),
    usage="activities/usage_code",
    help="activities/help_code",
)
async def show_code(chat: Chat, arguments: tuple[str, ...]) -> None:
    shown = await show_check_in(chat.shop, chat.person, read_activity_number(arguments[0]))
    name = shown.activity.terms.name
    await chat.say("activities/code", name=name, code=shown.code, seconds=shown.seconds_left)
    await chat.show_qr(shown.scene)


@router.staff("签到", Right.CHECK_IN, takes=(2, 2), help="activities/help_check_in")
async def check_in(chat: Chat, arguments: tuple[str, ...]) -> None:
    """With one argument it is a member's word, also of staff who come as guests."""
    number = read_activity_number(arguments[0])
    member, done = await check_in_by_hand(
        chat.shop, chat.person, number, arguments[1], key=chat.key
    )
    wording = "activities/checked_in" if done.is_news else "activities/checked_in_before"
    name = done.activity.terms.name
    await chat.say(wording, name=name, member_no=member.member_no, member=member.name_masked)


@router.staff(
    "取消活动",
    Right.ACTIVITY,
    takes=(2, 2),
    takes_text=True,
    usage="activities/usage_cancel",
    help="activities/help_cancel",
)
async def cancel_activity(chat: Chat, arguments: tuple[str, ...]) -> None:
    await propose(chat, "cancel_activity", arguments)


@router.staff(
    "活动成绩",
    Right.ACTIVITY,
    takes=(1, 1),
    usage="activities/usage_outcome",
    help="activities/help_outcome",
)
async def show_outcome(chat: Chat, arguments: tuple[str, ...]) -> None:
    outcome = await outcome_of(chat.shop, chat.person, read_activity_number(arguments[0]))
    scored = chat.phrase("activities/not_scored")
    if outcome.scores:
        tenths = (outcome.score_sum * 10 + outcome.scores // 2) // outcome.scores
        average = f"{tenths // 10}.{tenths % 10}"
        scored = chat.phrase(
            "activities/scored",
            average=average,
            scores=outcome.scores,
            again=outcome.again,
            answers=outcome.answers,
        )
    await chat.say(
        "activities/outcome",
        **facts_of(chat.shop, outcome.activity),
        signed=outcome.signed,
        attended=outcome.attended,
        missing=outcome.no_show,
        scored=scored,
        bought=outcome.bought,
        purchases=outcome.purchases,
        yuan=yuan_text(outcome.paid_fen),
    )
