"""送券、撤回、领券: a member gives a coupon to a friend, takes it back, or takes a friend's."""

from bot.chat import Chat
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.membership import members_only
from services.coupons.gift_claims import TakenGift, claim_gift
from services.coupons.gifts import gift_url, offer_coupon, withdraw_gift

router = Router(topic="券")
# A number of the list, or a coupon's code however it is spaced.
PICK = r"[0-9]{1,3}|[0-9a-z][0-9a-z -]{10,20}"
WORD = r"[0-9a-z][0-9a-z -]{7,40}"


@router.command("送券", "转赠", "撤回", "领券", help="words/gifts")
async def show_how(chat: Chat) -> None:
    await chat.say("gifts/how")


@router.understand(behind("送券", "赠券", "转赠", shape=PICK), is_certain=True)
@members_only
async def give(chat: Chat, member_id: int, pick: str) -> None:
    offer = await offer_coupon(chat.shop, chat.person, pick, key=chat.key)
    await chat.say(
        "gifts/offered",
        name=offer.name,
        code=offer.code,
        last_day=offer.last_day,
        token=offer.token,
        link=offer.link,
    )


@router.understand(behind("撤回", "收回", shape=PICK), is_certain=True)
@members_only
async def withdraw(chat: Chat, member_id: int, pick: str) -> None:
    await chat.say("gifts/withdrawn", name=await withdraw_gift(chat.shop, chat.person, pick))


def _in_link(chat: Chat) -> str | None:
    words, link = chat.words.strip(), gift_url(chat.shop)
    return words.removeprefix(link) if words.startswith(link) else None


@router.understand(_in_link, is_certain=True)
@router.understand(behind("领券", shape=WORD), is_certain=True)
async def take(chat: Chat, token: str) -> None:
    gift = await claim_gift(chat.shop, chat.person, token, takes_back_own=True)
    await chat.say(f"gifts/{gift.state}", **_facts(gift, token))


def _facts(gift: TakenGift, token: str) -> dict[str, object]:
    return {
        "name": gift.name,
        "code": gift.code,
        "last_day": gift.last_day,
        "token": token.upper(),
    }
