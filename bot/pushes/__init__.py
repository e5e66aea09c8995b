"""Pushes (微信推送): everything WeChat tells us, as typed values."""

from bot.markup import UselessPush
from bot.pushes.account_news import (
    AuthorizationCancelled,
    AuthorizationRevoked,
    KfSessionClosed,
    KfSessionOpened,
    KfSessionSwitched,
    ProfileNews,
    QualificationExpired,
    QualificationFailed,
    QualificationPassed,
    QualificationRenewalDue,
    UserInfoModified,
)
from bot.pushes.acts import (
    EnterChat,
    Follow,
    LocationReport,
    MenuLocation,
    MenuMiniProgram,
    MenuPhotos,
    MenuTap,
    MenuView,
    Scan,
    ScanCode,
    Unfollow,
)
from bot.pushes.cards import (
    CardChatEntered,
    CardChecked,
    CardConsumed,
    CardDeleted,
    CardGifted,
    CardPaid,
    CardQuotaOrder,
    CardStockLow,
    CardTaken,
    CardViewed,
    MemberCardFilled,
    MemberCardUpdated,
)
from bot.pushes.messages import (
    ImageMessage,
    LinkMessage,
    LocationMessage,
    MiniProgramPage,
    VideoMessage,
    VoiceMessage,
)
from bot.pushes.push import Push, PushBody, TextMessage, command_text
from bot.pushes.reading import UnknownPush, read_push
from bot.pushes.reports import (
    MassSent,
    MediaChecked,
    PublishFinished,
    SubscribeChange,
    SubscribeChoice,
    SubscribePopup,
    SubscribeResult,
    SubscribeSent,
    TemplateSent,
)

__all__ = [
    "AuthorizationCancelled", "AuthorizationRevoked", "CardChatEntered", "CardChecked",
    "CardConsumed", "CardDeleted", "CardGifted", "CardPaid", "CardQuotaOrder", "CardStockLow",
    "CardTaken", "CardViewed", "EnterChat", "Follow", "ImageMessage", "KfSessionClosed",
    "KfSessionOpened", "KfSessionSwitched", "LinkMessage", "LocationMessage", "LocationReport",
    "MassSent", "MediaChecked", "MemberCardFilled", "MemberCardUpdated", "MenuLocation",
    "MenuMiniProgram", "MenuPhotos", "MenuTap", "MenuView", "MiniProgramPage", "ProfileNews",
    "PublishFinished", "Push", "PushBody", "QualificationExpired", "QualificationFailed",
    "QualificationPassed", "QualificationRenewalDue", "Scan", "ScanCode", "SubscribeChange",
    "SubscribeChoice", "SubscribePopup", "SubscribeResult", "SubscribeSent", "TemplateSent",
    "TextMessage", "Unfollow", "UnknownPush", "UselessPush", "UserInfoModified", "VideoMessage",
    "VoiceMessage", "command_text", "read_push",
]  # fmt: skip
