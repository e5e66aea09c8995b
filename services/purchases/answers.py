"""What a till is told of a purchase (小票回执), and the words it prints below the receipt."""

from typing import Any

from loyalty.money import yuan_text
from loyalty.people import mask_name
from loyalty.receipts import Receipt, minutes_at, online_sequence, sign_receipt
from loyalty.tiers import standards
from services.details.keeping import member_name
from services.org.tills import Till
from services.purchases.earning import Credit
from services.purchases.recorded import Answer
from services.shop import Shop
from services.tiers.measures import Ladder, Progress, ladder_of, progress_of
from storage.instants import from_ms
from storage.models import Member


async def member_answer(
    shop: Shop, till: Till, purchase: dict[str, Any], *, member_id: int, credit: Credit
) -> Answer:
    member = await Member.get(id=member_id)
    ladder = ladder_of(shop)
    progress = await progress_of(shop, member_id, ladder=ladder)
    facts = {
        "brand": shop.rules.brand_name,
        "store": till.store_name,
        "member_no": member.member_no,
        "points": credit.points,
        "balance": credit.balance,
        "day": credit.due_on,
    }
    wording = "receipt_member" if credit.due_on is None else "receipt_pending"
    texts = [shop.phrase(f"tills/{wording}", facts), *_next_tier(shop, ladder, progress)]
    if purchase["stored_fen"]:
        yuan = yuan_text(purchase["stored_fen"])
        texts.insert(1, shop.phrase("tills/receipt_stored", {"yuan": yuan}))
    if credit.repaid:
        texts.insert(1, shop.phrase("tills/receipt_repaid", {"repaid": credit.repaid}))
    return {
        "purchase_id": purchase["id"],
        "member": {
            "member_no": member.member_no,
            "name_masked": mask_name(member_name(shop, member)),
            "tier": ladder.rungs[ladder.place(progress.standing)].code,
        },
        "points_earned": credit.points,
        "points_balance": credit.balance,
        "points_spent": purchase["points_spent"],
        "stored_fen": purchase["stored_fen"],
        "receipt_text": "\n".join(texts),
    }


def claim_answer(shop: Shop, till: Till, purchase: dict[str, Any], *, is_claimed: bool) -> Answer:
    points, days = purchase["points"], shop.rules.points.claim_days
    facts = {
        "brand": shop.rules.brand_name,
        "store": till.store_name,
        "points": points,
        "days": days,
    }
    answer = {
        "purchase_id": purchase["id"],
        "points_earned": points,
        "receipt_text": shop.phrase("tills/receipt_claim", facts),
    }
    return answer if is_claimed else {**answer, "claim": _claim(shop, till, purchase)}


def sequence_of(purchase: dict[str, Any]) -> int:
    """The till's own sequence, else one that tills do not use."""
    own: int | None = purchase["receipt_seq"]
    return online_sequence(purchase["id"]) if own is None else own


def _next_tier(shop: Shop, ladder: Ladder, progress: Progress) -> list[str]:
    """How far the next rung is, where purchases alone lead there."""
    place = ladder.place(progress.standing) + 1
    if place == len(ladder.rungs):
        return []
    asked = standards(ladder.rungs[place], progress.measures)
    if not asked.missing_fen:
        return []
    facts = {"tier": asked.tier.name, "gap": yuan_text(asked.missing_fen)}
    return [shop.phrase("tills/receipt_gap", facts)]


def _claim(shop: Shop, till: Till, purchase: dict[str, Any]) -> dict[str, str]:
    minutes = minutes_at(from_ms(purchase["paid_at"]))
    receipt = Receipt(
        epoch=till.epoch,
        till_no=till.till_no,
        sequence=sequence_of(purchase),
        minutes=minutes,
        amount_fen=purchase["paid_fen"],
    )
    token = sign_receipt(
        receipt, till.key, brand=shop.rules.brand_code, environment=shop.environment
    )
    expires_at = shop.clock.local(from_ms(purchase["claim_until"]))
    return {
        "token": token,
        "url": shop.claim_url + token,
        "qr_url": f"{shop.claim_url}{token}.png",
        "expires_at": expires_at.isoformat(),
    }
