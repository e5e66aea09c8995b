"""Cards (微信卡券): what happens to cards of WeChat's own card wallet."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.markup import Fields
from bot.pushes.fields import number_of, text_of
from bot.pushes.push import PushBody


@dataclass(frozen=True, slots=True)
class CardChecked(PushBody):
    """The platform reviewed a kind of card."""

    card_id: str
    is_passed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CardTaken(PushBody):
    card_id: str
    code: str
    old_code: str
    giver_openid: str
    is_given: bool
    is_restored: bool
    outer: str
    unionid: str


@dataclass(frozen=True, slots=True)
class CardGifted(PushBody):
    card_id: str
    code: str
    friend_openid: str
    is_returned: bool


@dataclass(frozen=True, slots=True)
class CardDeleted(PushBody):
    card_id: str
    code: str


@dataclass(frozen=True, slots=True)
class CardConsumed(PushBody):
    card_id: str
    code: str
    source: str
    staff_openid: str
    location_name: str


@dataclass(frozen=True, slots=True)
class CardPaid(PushBody):
    """Paid with the card's pay button (买单)."""

    card_id: str
    code: str
    transaction_id: str
    location_name: str
    fee_fen: int
    original_fee_fen: int


@dataclass(frozen=True, slots=True)
class CardViewed(PushBody):
    card_id: str
    code: str
    outer: str


@dataclass(frozen=True, slots=True)
class CardChatEntered(PushBody):
    card_id: str
    code: str


@dataclass(frozen=True, slots=True)
class MemberCardUpdated(PushBody):
    card_id: str
    code: str
    bonus_change: int
    balance_change_fen: int


@dataclass(frozen=True, slots=True)
class CardStockLow(PushBody):
    card_id: str
    detail: str


@dataclass(frozen=True, slots=True)
class CardQuotaOrder(PushBody):
    """The account bought or was granted room for more cards."""

    order_id: str
    status: str


@dataclass(frozen=True, slots=True)
class MemberCardFilled(PushBody):
    """A person sent in the form of a member card."""

    card_id: str
    code: str


def _card(fields: Fields) -> str:
    return text_of(fields, "CardId")


def _code(fields: Fields) -> str:
    return text_of(fields, "UserCardCode")


def _checked(fields: Fields, *, is_passed: bool) -> CardChecked:
    return CardChecked(_card(fields), is_passed, text_of(fields, "RefuseReason"))


def _taken(fields: Fields) -> CardTaken:
    return CardTaken(
        card_id=_card(fields),
        code=_code(fields),
        old_code=text_of(fields, "OldUserCardCode"),
        giver_openid=text_of(fields, "FriendUserName"),
        is_given=number_of(fields, "IsGiveByFriend") == 1,
        is_restored=number_of(fields, "IsRestoreMemberCard") == 1,
        outer=text_of(fields, "OuterStr", "OuterId"),
        unionid=text_of(fields, "UnionId"),
    )


def _gifted(fields: Fields) -> CardGifted:
    return CardGifted(
        card_id=_card(fields),
        code=_code(fields),
        friend_openid=text_of(fields, "FriendUserName"),
        is_returned=number_of(fields, "IsReturnBack") == 1,
    )


def _consumed(fields: Fields) -> CardConsumed:
    return CardConsumed(
        card_id=_card(fields),
        code=_code(fields),
        source=text_of(fields, "ConsumeSource"),
        staff_openid=text_of(fields, "StaffOpenId"),
        location_name=text_of(fields, "LocationName"),
    )


def _paid(fields: Fields) -> CardPaid:
    return CardPaid(
        card_id=_card(fields),
        code=_code(fields),
        transaction_id=text_of(fields, "TransId"),
        location_name=text_of(fields, "LocationName"),
        fee_fen=number_of(fields, "Fee"),
        original_fee_fen=number_of(fields, "OriginalFee"),
    )


def _updated(fields: Fields) -> MemberCardUpdated:
    return MemberCardUpdated(
        card_id=_card(fields),
        code=_code(fields),
        bonus_change=number_of(fields, "ModifyBonus"),
        balance_change_fen=number_of(fields, "ModifyBalance"),
    )


CARD_READERS: dict[str, Callable[[Fields], PushBody]] = {
    "card_pass_check": lambda fields: _checked(fields, is_passed=True),
    "card_not_pass_check": lambda fields: _checked(fields, is_passed=False),
    "user_get_card": _taken,
    "user_gifting_card": _gifted,
    "user_del_card": lambda fields: CardDeleted(_card(fields), _code(fields)),
    "user_consume_card": _consumed,
    "user_pay_from_pay_cell": _paid,
    "user_view_card": lambda fields: CardViewed(
        _card(fields), _code(fields), text_of(fields, "OuterStr")
    ),
    "user_enter_session_from_card": lambda fields: CardChatEntered(_card(fields), _code(fields)),
    "update_member_card": _updated,
    "card_sku_remind": lambda fields: CardStockLow(_card(fields), text_of(fields, "Detail")),
    "card_pay_order": lambda fields: CardQuotaOrder(
        text_of(fields, "OrderId"), text_of(fields, "Status")
    ),
    "submit_membercard_user_info": lambda fields: MemberCardFilled(_card(fields), _code(fields)),
}
