"""Account news (账号通知): a person's profile rights, service agents, the account's standing."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.markup import Fields
from bot.pushes.fields import number_of, text_of
from bot.pushes.push import PushBody


@dataclass(frozen=True, slots=True)
class ProfileNews:
    """Whose profile, in which app; `revoked` names the rights as the platform numbers them."""

    openid: str
    appid: str
    unionid: str
    revoked: str
    plugin_id: str
    open_pid: str


@dataclass(frozen=True, slots=True)
class UserInfoModified(PushBody):
    profile: ProfileNews


@dataclass(frozen=True, slots=True)
class AuthorizationRevoked(PushBody):
    """The person withdrew rights: what was got by them must be deleted."""

    profile: ProfileNews


@dataclass(frozen=True, slots=True)
class AuthorizationCancelled(PushBody):
    """The person closed their WeChat account: everything of theirs must be deleted."""

    profile: ProfileNews


@dataclass(frozen=True, slots=True)
class KfSessionOpened(PushBody):
    """A human agent (客服) took over the chat."""

    agent: str


@dataclass(frozen=True, slots=True)
class KfSessionClosed(PushBody):
    agent: str


@dataclass(frozen=True, slots=True)
class KfSessionSwitched(PushBody):
    from_agent: str
    to_agent: str


@dataclass(frozen=True, slots=True)
class QualificationPassed(PushBody):
    """`step` is "qualification" or "naming"."""

    step: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class QualificationFailed(PushBody):
    step: str
    failed_at: int
    reason: str


@dataclass(frozen=True, slots=True)
class QualificationRenewalDue(PushBody):
    expires_at: int


@dataclass(frozen=True, slots=True)
class QualificationExpired(PushBody):
    """From now on most calls answer 48001."""

    expired_at: int


def _profile(fields: Fields) -> ProfileNews:
    return ProfileNews(
        openid=text_of(fields, "OpenID", "OpenId"),
        appid=text_of(fields, "AppID", "AppId"),
        unionid=text_of(fields, "UnionID", "UnionId"),
        revoked=text_of(fields, "RevokeInfo"),
        plugin_id=text_of(fields, "PluginID"),
        open_pid=text_of(fields, "OpenPID"),
    )


def _switched(fields: Fields) -> KfSessionSwitched:
    return KfSessionSwitched(text_of(fields, "FromKfAccount"), text_of(fields, "ToKfAccount"))


def _expires_at(fields: Fields) -> int:
    return number_of(fields, "ExpiredTime")


def _failed(fields: Fields, *, step: str) -> QualificationFailed:
    return QualificationFailed(step, number_of(fields, "FailTime"), text_of(fields, "FailReason"))


ACCOUNT_READERS: dict[str, Callable[[Fields], PushBody]] = {
    "user_info_modified": lambda fields: UserInfoModified(_profile(fields)),
    "user_authorization_revoke": lambda fields: AuthorizationRevoked(_profile(fields)),
    "user_authorization_cancellation": lambda fields: AuthorizationCancelled(_profile(fields)),
    "kf_create_session": lambda fields: KfSessionOpened(text_of(fields, "KfAccount")),
    "kf_close_session": lambda fields: KfSessionClosed(text_of(fields, "KfAccount")),
    "kf_switch_session": _switched,
    "qualification_verify_success": lambda fields: QualificationPassed(
        "qualification", _expires_at(fields)
    ),
    "naming_verify_success": lambda fields: QualificationPassed("naming", _expires_at(fields)),
    "qualification_verify_fail": lambda fields: _failed(fields, step="qualification"),
    "naming_verify_fail": lambda fields: _failed(fields, step="naming"),
    "annual_renew": lambda fields: QualificationRenewalDue(_expires_at(fields)),
    "verify_expired": lambda fields: QualificationExpired(_expires_at(fields)),
}
