"""核销: staff redeem the coupon a customer shows, where there is no till."""

from loyalty.confirmations import Confirmed, Proposal
from loyalty.coupons import coupon_terms
from loyalty.staff import Right
from services.counter.kinds import Action, CannotUndo, Done, Kind, Request
from services.counter.own_till import counter_till
from services.coupons.checks import locked_coupon, refuse_unusable
from services.coupons.uses import undo_use, use_coupon
from services.org.staff import Counter, counter_of, known_member
from services.shop import Shop


async def propose_redemption(shop: Shop, request: Request) -> Proposal:
    """Whatever forbids the coupon is said before anybody confirms."""
    counter = counter_of(shop, request.person, request.argument(1))
    coupon = await locked_coupon(request.argument(0))
    await refuse_unusable(shop, await counter_till(shop, counter), coupon)
    member = await known_member(shop, coupon["member_id"])
    terms = coupon_terms(coupon["terms"])
    facts = {
        "name": terms.name,
        "code": coupon["code"],
        "last_day": coupon["ends_on"],
        "member_no": member.member_no,
        "member": member.name_masked,
        "store": counter.place.store_name,
    }
    content = {"code": coupon["code"], "store_id": counter.store_id}
    return Proposal(content, shop.phrase("staff/redeem_summary", facts))


async def perform_redemption(shop: Shop, confirmed: Confirmed) -> Done:
    code, store_id = confirmed.content["code"], confirmed.content["store_id"]
    counter = Counter(store_id, shop.rules.places[store_id])
    till = await counter_till(shop, counter)
    used = await use_coupon(shop, till, code, receipt_no=confirmed.reference, purchase=False)
    facts = {"name": used.answer["name"], "code": code, "store": counter.place.store_name}
    return Done(
        shop.phrase("staff/redeem_done", facts),
        member_id=used.member_id,
        member_text=shop.phrase("staff/member_redeemed", facts),
        facts={"use_id": used.use_id, "name": used.answer["name"]},
    )


async def undo_redemption(shop: Shop, confirmed: Confirmed, action: Action) -> Done:
    """The coupon can be used again; one that has ended meanwhile lives some days more."""
    facts = {
        "name": action.facts["name"],
        "code": action.facts["code"],
        "store": shop.rules.places[action.facts["store_id"]].store_name,
    }
    if not await undo_use(shop, action.facts["use_id"]):
        raise CannotUndo
    return Done(
        shop.phrase("staff/redeem_undone", facts),
        member_id=action.member_id,
        member_text=shop.phrase("staff/member_coupon_back", facts),
    )


REDEEM = Kind(Right.REDEEM, propose_redemption, perform_redemption, undo_redemption)
