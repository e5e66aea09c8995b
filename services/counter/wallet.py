"""充值、退卡: stored value paid in at a counter without a till, and given back for good."""

from loyalty.confirmations import Confirmed, Proposal
from loyalty.fingerprints import fingerprint
from loyalty.money import fen_from_text, yuan_text
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right, largest_amount_fen
from loyalty.wallet import CardRefund, best_offer
from services.counter.kinds import Action, Done, Kind, Request
from services.counter.own_till import counter_till
from services.ledger.posting import lock_accounts
from services.org.staff import Counter, counter_of, known_member, where_of
from services.people.closed_accounts import card_holder
from services.purchases.member_codes import is_member_code, read_code, use_code
from services.shop import Shop
from services.wallet.card_refunds import card_figures, refund_card
from services.wallet.hold_steps import WALLET_UNITS
from services.wallet.topup_words import topped_up_facts
from services.wallet.topups import TopUpRequest, refuse_over_limit, take_top_up
from services.wallet.withdrawals import withdraw_topup
from storage.counters import take_amount, used_of


class MemberCodeNeeded(Refusal):
    """The member has to stand here: a number could be anybody's."""

    wording = "staff/member_code_needed"


class AloneLimitReached(Refusal):
    """Another top-up of today was confirmed meanwhile: ask again for a second person."""

    wording = "staff/alone_limit_reached"


class CardChanged(Refusal):
    """Something was paid or topped up since the figure was shown."""

    wording = "staff/card_changed"


async def propose_top_up(shop: Shop, request: Request) -> Proposal:
    """The code is used up now: by the time of the confirmation it may be too old."""
    amount_fen = fen_from_text(
        request.argument(1), maximum_fen=largest_amount_fen(request.person.role)
    )
    counter = counter_of(shop, request.person, request.argument(2))
    if not is_member_code(request.argument(0)):
        raise MemberCodeNeeded
    till = await counter_till(shop, counter)
    topup_no = f"chat-{request.key}"
    reading = read_code(shop, request.argument(0))
    member_id = await use_code(shop, reading, till, purpose="topup", reference=topup_no)
    refuse_over_limit(shop, await lock_accounts(member_id, WALLET_UNITS), amount_fen)
    member = await known_member(shop, member_id)
    offer = best_offer(shop.rules.topup_offers, amount_fen)
    bonus_fen = offer.bonus_fen if offer else 0
    facts = {
        "yuan": yuan_text(amount_fen),
        "bonus": yuan_text(bonus_fen),
        "member": member.name_masked,
        "member_no": member.member_no,
        "store": counter.place.store_name,
    }
    content = {
        "topup_no": topup_no,
        "member_id": member_id,
        "amount_fen": amount_fen,
        "bonus_fen": bonus_fen,
        "store_id": counter.store_id,
    }
    needs_another = await _needs_another(shop, request.person, member_id, amount_fen)
    summary = shop.phrase("staff/top_up_summary", facts)
    return Proposal(content, summary, by_another=needs_another)


async def _needs_another(shop: Shop, person: Person, member_id: int, amount_fen: int) -> bool:
    """Beyond what one person pays in alone for a member in a day, and always for oneself."""
    paid_in_fen = await used_of(_day_counter(shop, person.staff_id, member_id))
    return member_id == person.member_id or paid_in_fen + amount_fen > shop.rules.wallet.alone_fen


def _day_counter(shop: Shop, staff_id: int | None, member_id: int) -> str:
    return f"top_up:{staff_id}:{member_id}:{shop.today()}"


async def _count(shop: Shop, confirmed: Confirmed) -> None:
    if confirmed.by_another:
        return
    content, limit_fen = confirmed.content, shop.rules.wallet.alone_fen
    counter = _day_counter(shop, confirmed.staff_id, content["member_id"])
    if not await take_amount(counter, content["amount_fen"], limit_fen):
        raise AloneLimitReached(limit=yuan_text(limit_fen))


async def perform_top_up(shop: Shop, confirmed: Confirmed) -> Done:
    """The bonus is the one the summary promised, whatever offers hold by now."""
    content = confirmed.content
    await _count(shop, confirmed)
    counter = Counter(content["store_id"], shop.rules.places[content["store_id"]])
    report = TopUpRequest(
        topup_no=content["topup_no"],
        member_code="",
        paid_fen=content["amount_fen"],
        bonus_fen=content["bonus_fen"],
        fingerprint=fingerprint(content),
    )
    till = await counter_till(shop, counter)
    recorded = await take_top_up(shop, till, report, member_id=content["member_id"])
    facts = topped_up_facts(counter.place.store_name, recorded.answer)
    return Done(
        shop.phrase("staff/top_up_done", facts),
        member_id=content["member_id"],
        member_text=shop.phrase("wallet/told_topped_up", facts),
        facts={"topup_id": recorded.answer["topup_id"]},
    )


async def undo_top_up(shop: Shop, confirmed: Confirmed, action: Action) -> Done:
    """Only while nothing was paid from it: the payer gets the money back."""
    withdrawal = await withdraw_topup(
        shop, action.facts["topup_id"], key=confirmed.key, actor=confirmed.actor, is_undo=True
    )
    facts = {
        "yuan": yuan_text(withdrawal.paid_fen),
        "store": shop.rules.places[action.facts["store_id"]].store_name,
    }
    return Done(
        shop.phrase("staff/top_up_undone", facts),
        member_id=withdrawal.member_id,
        member_text=shop.phrase("staff/member_top_up_undone", facts),
    )


async def propose_card_refund(shop: Shop, request: Request) -> Proposal:
    """The figure with its reckoning; somebody else has to confirm it."""
    member = await card_holder(shop, request.person, request.argument(0))
    figures = await card_figures(shop, member.id)
    summary = shop.phrase(
        "staff/card_refund_summary",
        {"member": member.name_masked, "member_no": member.member_no, **_in_yuan(figures)},
    )
    content = {
        "member_id": member.id,
        "refund_fen": figures.refund_fen,
        "void_bonus_fen": figures.void_bonus_fen,
        "store": where_of(shop, request.person),
    }
    return Proposal(content, summary, by_another=True)


async def perform_card_refund(shop: Shop, confirmed: Confirmed) -> Done:
    content = confirmed.content
    figures = await refund_card(
        shop, content["member_id"], key=confirmed.key, actor=confirmed.actor
    )
    shown = (content["refund_fen"], content["void_bonus_fen"])
    if (figures.refund_fen, figures.void_bonus_fen) != shown:
        raise CardChanged
    facts = {**_in_yuan(figures), "store": content["store"]}
    return Done(
        shop.phrase("staff/card_refund_done", facts),
        member_id=content["member_id"],
        member_text=shop.phrase("staff/member_card_refunded", facts),
    )


def _in_yuan(figures: CardRefund) -> dict[str, object]:
    return {
        "paid": yuan_text(figures.paid_fen),
        "given": yuan_text(figures.given_fen),
        "used": yuan_text(figures.used_fen),
        "used_principal": yuan_text(figures.used_principal_fen),
        "void_bonus": yuan_text(figures.void_bonus_fen),
        "refund": yuan_text(figures.refund_fen),
    }


TOP_UP = Kind(
    Right.TOP_UP,
    propose_top_up,
    perform_top_up,
    undo_top_up,
    second_right=Right.CARD_REFUND,
)
CARD_REFUND = Kind(Right.CARD_REFUND, propose_card_refund, perform_card_refund)
