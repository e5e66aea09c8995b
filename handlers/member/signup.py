"""入会: the conversation that turns a follower into a member."""

from bot.chat import Chat
from bot.dialogue import Answer, Answers, AskAgain, Dialogue
from bot.routing import Router
from services.people.consents import hash_of
from services.people.joining import Joined, join_member

JOIN, JOIN_AND_SUBSCRIBE = "同意", "同意并订阅"

router = Router()
signup = router.dialogue(Dialogue("signup"))


@router.command("入会", "注册", "加入会员", JOIN, JOIN_AND_SUBSCRIBE, help="words/signup")
async def start(chat: Chat) -> None:
    """A bare 同意 without the purposes before it asks for them first."""
    brand = chat.shop.rules.brand_name
    if chat.person.is_member:
        return await chat.say("signup/already", brand=brand, member_no=chat.person.member_no)
    await _show_purposes(chat)


@signup.ask("consent", prompt="signup/ask", offers=(JOIN, JOIN_AND_SUBSCRIBE))
def read_consent(text: str) -> Answer:
    if text not in (JOIN, JOIN_AND_SUBSCRIBE):
        raise AskAgain("signup/ask_again")
    return text == JOIN_AND_SUBSCRIBE


@signup.done
async def join(chat: Chat, answers: Answers) -> None:
    brand = chat.shop.rules.brand_name
    shown_text = chat.phrase("signup/ask", brand=brand)
    if answers["shown"] != hash_of(shown_text):
        # The text has changed since: nobody agrees to what they have not seen.
        return await _show_purposes(chat)
    joined = await join_member(
        chat.shop,
        chat.person,
        subscribes=bool(answers["consent"]),
        shown_text=shown_text,
        key=chat.key,
    )
    await chat.say(
        "signup/welcome", brand=brand, member_no=joined.member_no, gifts=_gifts(chat, joined)
    )


async def _show_purposes(chat: Chat) -> None:
    brand = chat.shop.rules.brand_name
    shown = hash_of(chat.phrase("signup/ask", brand=brand))
    await chat.open(signup, {"shown": shown}, brand=brand)


def _gifts(chat: Chat, joined: Joined) -> str:
    lines = [chat.phrase("signup/gift_points", points=joined.points)] if joined.points else []
    lines += [
        chat.phrase("signup/gift_coupon", name=gift.name, code=gift.code, last_day=gift.ends_on)
        for gift in joined.coupons
    ]
    lines += joined.lines
    if joined.claimed_points:
        lines.append(chat.phrase("signup/claimed", points=joined.claimed_points))
    if joined.pending_claims:
        lines.append(chat.phrase("signup/claim_pending"))
    lines.append(chat.phrase("signup/balance", points=joined.balance))
    return "\n".join(lines)
