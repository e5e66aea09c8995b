"""What people are told of a top-up (充值告知), whether a till or staff by chat took it."""

from loyalty.money import yuan_text
from services.messages.telling import tell_member
from services.org.tills import Till
from services.purchases.recorded import Answer
from services.shop import Shop
from storage.models import Member


async def tell_topped_up(shop: Shop, till: Till, answer: Answer) -> None:
    """A helper for use cases; once a top-up."""
    member = await Member.get(member_no=answer["member_no"])
    wording, facts = "wallet/told_topped_up", topped_up_facts(till.store_name, answer)
    text, key = shop.phrase(wording, facts), f"topup:{answer['topup_id']}"
    await tell_member(shop, member.id, text, key=key, formal=(wording, facts))


def topped_up_facts(store_name: str, answer: Answer) -> dict[str, object]:
    """What staff and member are told, in yuan."""
    return {
        "yuan": yuan_text(answer["added_principal_fen"]),
        "bonus": yuan_text(answer["added_bonus_fen"]),
        "balance": yuan_text(answer["principal_fen"] + answer["bonus_fen"]),
        "store": store_name,
    }
