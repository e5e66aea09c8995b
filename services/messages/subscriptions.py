"""Subscriptions (订阅): one-time leave that somebody gave or took back, by what WeChat tells."""

from collections.abc import Iterable

from loyalty.messages import Channel
from loyalty.notice_forms import NoticeForm
from loyalty.person import Person
from loyalty.subscriptions import held_name, most_held
from services.messages.contacts import NOTICE_REFUSED, learn_refusal
from services.shop import Shop
from storage.contacts import hold_none, hold_one_more, is_held
from storage.transactions import transactional

__all__ = ["NoticeForm"]

# What the platform pushes when a person took a subscription back before it was used.
REFUSED_CODE = 43101
ASKING_PATH = "/s/"


@transactional
async def note_choices(
    shop: Shop, person: Person, choices: Iterable[tuple[str, bool]], *, key: str
) -> None:
    """By template, whether it was accepted: one more to send, or none at all any longer.

    The same message again changes nothing.
    """
    channel = notice_channel(shop, person)
    for template_id, is_accepted in choices:
        if is_accepted:
            await _hold(shop, person, channel, template_id, key=key)
        else:
            await hold_none(person.follower_id, channel, template_id, key=key, now=shop.now())


@transactional
async def note_one_time(shop: Shop, person: Person, form: NoticeForm, *, key: str) -> None:
    """Confirmed on the platform's page; the same answer again changes nothing."""
    name = held_name(Channel.ONE_TIME, form.template_id, form.scene)
    await _hold(shop, person, Channel.ONE_TIME, name, key=key)


@transactional
async def note_failures(shop: Shop, person: Person, results: Iterable[tuple[str, int]]) -> None:
    """By template, the error with which the platform gave up on what it had taken."""
    for template_id, error_code in results:
        if error_code == REFUSED_CODE:
            await learn_refusal(
                shop,
                account=person.account,
                openid=person.openid,
                mark=NOTICE_REFUSED,
                template_id=template_id,
            )


async def asking_link(shop: Shop, person: Person, wording: str) -> str | None:
    """Where this person may give leave for this sentence once; None where there is no form for
    it, or nothing to ask for because it was given and is not used."""
    kind = shop.account_kinds.get(person.account, "")
    form = shop.notice_forms.form_for(wording, Channel.ONE_TIME, kind, person.account)
    if form is None or kind != "service":
        return None
    name = held_name(Channel.ONE_TIME, form.template_id, form.scene)
    if await is_held(person.follower_id, Channel.ONE_TIME, name):
        return None
    return f"{shop.public_url}{ASKING_PATH}{person.account}/{form.scene}"


def asked_form(shop: Shop, account: str, scene: int) -> NoticeForm | None:
    """The one-time form that a link of `asking_link` stands for."""
    places = (account, shop.account_kinds.get(account))
    return next(
        (
            form
            for form in shop.notice_forms.forms.values()
            if form.channel is Channel.ONE_TIME and form.scene == scene and form.account in places
        ),
        None,
    )


def notice_channel(shop: Shop, person: Person) -> Channel:
    """Official accounts and mini-programs have templates of their own."""
    is_mini = shop.account_kinds.get(person.account) == "mini"
    return Channel.MINI if is_mini else Channel.SUBSCRIPTION


async def _hold(
    shop: Shop, person: Person, channel: Channel, template_id: str, *, key: str
) -> None:
    most, now = most_held(channel), shop.now()
    await hold_one_more(person.follower_id, channel, template_id, most=most, key=key, now=now)
