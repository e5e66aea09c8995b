"""授权、取消授权: a member lets a partner have data, or no longer; each partner by itself."""

from bot.chat import Chat
from bot.dialogue import Answer, Answers, Dialogue, NotMeant
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.membership import members_only
from services.org.partners import (
    agree_to_partner,
    partner_named,
    partner_text,
    partners_of,
    withdraw_partner,
)
from services.people.consents import hash_of

AGREE = "同意授权"
# A partner's code or name.
PARTNER = r"\S.{0,63}"

router = Router(topic="资料")
partner = router.dialogue(Dialogue("partner"))


@router.command("授权", "取消授权", help="words/partners")
@members_only
async def show(chat: Chat, member_id: int) -> None:
    states = await partners_of(chat.shop, member_id)
    if not states:
        return await chat.say("rights/no_partners")
    lines = [
        chat.phrase(
            "rights/partner_agreed", code=one.partner.code, name=one.partner.name, day=one.agreed_on
        )
        if one.agreed_on
        else chat.phrase("rights/partner_not_agreed", code=one.partner.code, name=one.partner.name)
        for one in states
    ]
    await chat.say("rights/partners", lines="\n".join(lines))


@router.understand(behind("授权", shape=PARTNER))
@members_only
async def ask(chat: Chat, member_id: int, named: str) -> None:
    """What is asked is said in full first; nothing is agreed to by naming a partner."""
    found = partner_named(chat.shop, named)
    await _ask(chat, found.code)


@partner.ask("yes", prompt="rights/partner_ask", offers=(AGREE,))
def read_yes(text: str) -> Answer:
    if text != AGREE:
        raise NotMeant
    return True


@partner.done
async def agree(chat: Chat, answers: Answers) -> None:
    found = partner_named(chat.shop, str(answers["partner"]))
    if answers["shown"] != hash_of(partner_text(chat.shop, found)):
        # The shop has changed what it asks: nobody agrees to what they have not seen.
        return await _ask(chat, found.code)
    await agree_to_partner(chat.shop, chat.person, found.code, key=chat.key)
    await chat.say("rights/partner_done", name=found.name, code=found.code)


@router.understand(behind("取消授权", shape=PARTNER))
@members_only
async def withdraw(chat: Chat, member_id: int, named: str) -> None:
    found = await withdraw_partner(chat.shop, chat.person, named, key=chat.key)
    await chat.say("rights/partner_withdrawn", name=found.name)


async def _ask(chat: Chat, code: str) -> None:
    text = partner_text(chat.shop, partner_named(chat.shop, code))
    await chat.open(partner, {"partner": code, "shown": hash_of(text)}, text=text)
