"""Subscribing (订阅): a member answers a popup, changes their mind, or confirms a one-time page."""

from sandbox.acts import Push, Talk
from sandbox.config import Account
from sandbox.forms import FormKind, form_of
from sandbox.push.kinds import subscription_event
from sandbox.records import Contact, JsonObject
from sandbox.world import World

MOST_IN_ONE_POPUP = 3
# Where the popup stood: a page of a mini-program, or a web page.
IN_MINI_PROGRAM, IN_WEB_PAGE = "0", "1"


class NoSuchForm(ValueError):
    """The account has no subscription form of this number."""


def answer_popup(talk: Talk, *, accepted: list[str], rejected: list[str]) -> Push:
    """Each accept is one more send; a refusal takes none away."""
    answers = [(number, "accept") for number in accepted]
    answers += [(number, "reject") for number in rejected]
    if not 1 <= len(answers) <= MOST_IN_ONE_POPUP:
        raise NoSuchForm(f"one to {MOST_IN_ONE_POPUP} forms stand in a popup")
    _require_forms(talk.account, [number for number, _ in answers])
    held = talk.contact.subscriptions
    for number in accepted:
        held[number] = held.get(number, 0) + 1
    talk.world.changed()
    scene = IN_MINI_PROGRAM if talk.account.is_mini else IN_WEB_PAGE
    entries: list[JsonObject] = [
        {"TemplateId": number, "SubscribeStatusString": status, "PopupScene": scene}
        for number, status in answers
    ]
    return talk.push(subscription_event(talk.account, "popup", entries))


def take_back(talk: Talk, number: str) -> Push:
    """Switched off in the settings: nothing held of this form is left."""
    _require_forms(talk.account, [number])
    talk.contact.subscriptions.pop(number, None)
    talk.world.changed()
    entry = {"TemplateId": number, "SubscribeStatusString": "reject"}
    return talk.push(subscription_event(talk.account, "change", [entry]))


def one_time_name(number: str, scene: str) -> str:
    """Several accepts of one scene do not add up."""
    return f"{number} {scene}"


def confirm_one_time(world: World, contact: Contact, *, number: str, scene: str) -> None:
    name = one_time_name(number, scene)
    if name not in contact.one_time:
        contact.one_time.append(name)
    world.changed()


def _require_forms(account: Account, numbers: list[str]) -> None:
    kind: FormKind = "mini" if account.is_mini else "subscription"
    if any(form_of(account, number, kind) is None for number in numbers):
        raise NoSuchForm(f"this account has no {kind} form of this number")
