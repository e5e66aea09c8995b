"""隐私: what is held, why, how long, how to withdraw; and the texts agreed to, word for word."""

from bot.chat import Chat
from bot.routing import Router
from handlers.member.arguments import behind
from handlers.membership import members_only
from services.privacy import ConsentShown, consent_numbered, consents_shown, days_kept

router = Router(topic="资料")


@router.command("隐私", "隐私政策", help="words/privacy")
async def show(chat: Chat) -> None:
    member_id = chat.person.member_id
    consents = [] if member_id is None else await consents_shown(chat.shop, member_id)
    lines = [_line(chat, consent) for consent in consents] or [chat.phrase("rights/no_consents")]
    await chat.say(
        "rights/privacy",
        brand=chat.shop.rules.brand_name,
        message_days=days_kept("messages"),
        ticket_days=days_kept("tickets"),
        consents="\n".join(lines),
    )


@router.understand(behind("隐私", shape="[1-9][0-9]?"))
@members_only
async def show_text(chat: Chat, member_id: int, number: str) -> None:
    consent = await consent_numbered(chat.shop, member_id, int(number))
    await chat.say(
        "rights/consent_text", day=consent.day, version=consent.version, text=consent.text
    )


def _line(chat: Chat, consent: ConsentShown) -> str:
    state = "given" if consent.given else "withdrawn"
    what = chat.phrase(f"rights/purpose_{consent.kind}", partner=consent.partner)
    way_out = chat.phrase(f"rights/way_out_{consent.kind}", partner=consent.partner)
    return chat.phrase(
        f"rights/consent_{state}",
        number=consent.number,
        what=what,
        day=consent.day,
        version=consent.version,
        way_out=way_out,
    )
