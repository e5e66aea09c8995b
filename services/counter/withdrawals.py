"""退充值: a member's newest unused top-up is paid back within the days the shop gives."""

from loyalty.confirmations import Confirmed, Proposal
from loyalty.money import yuan_text
from loyalty.staff import Right
from services.counter.kinds import Done, Kind, Request
from services.org.reach import reachable_member
from services.org.staff import where_of
from services.shop import Shop
from services.wallet.withdrawals import topup_to_withdraw, withdraw_topup
from storage.instants import from_ms


async def propose_withdrawal(shop: Shop, request: Request) -> Proposal:
    """Which top-up it is, in full; somebody else has to confirm it."""
    member = await reachable_member(shop, request.person, request.argument(0))
    topup = await topup_to_withdraw(shop, member.id)
    facts = {
        "yuan": yuan_text(topup["paid_fen"]),
        "bonus": yuan_text(topup["bonus_fen"]),
        "day": shop.clock.local(from_ms(topup["recorded_at"])).date().isoformat(),
        "member": member.name_masked,
        "member_no": member.member_no,
    }
    content = {
        "topup_id": topup["id"],
        "member_id": member.id,
        "store": where_of(shop, request.person),
    }
    return Proposal(content, shop.phrase("staff/withdraw_summary", facts), by_another=True)


async def perform_withdrawal(shop: Shop, confirmed: Confirmed) -> Done:
    """Refused when something was paid from it since it was asked."""
    content = confirmed.content
    withdrawal = await withdraw_topup(
        shop, content["topup_id"], key=confirmed.key, actor=confirmed.actor
    )
    facts = {"yuan": yuan_text(withdrawal.paid_fen), "store": content["store"]}
    return Done(
        shop.phrase("staff/top_up_undone", facts),
        member_id=withdrawal.member_id,
        member_text=shop.phrase("staff/member_top_up_undone", facts),
    )


WITHDRAWAL = Kind(Right.CARD_REFUND, propose_withdrawal, perform_withdrawal)
