"""Sends (发送接口): the platform's ways to tell one person something (platform 4.2-4.6)."""

from collections.abc import Mapping
from typing import Any

from bot.wechat import WeChatGateway
from bot.wechat_http import Answer
from loyalty.notice_forms import FilledForm, Offer, ServiceNotice

LONGEST_PLATFORM_ID = 64


async def send_article(gateway: WeChatGateway, openid: str, article: Mapping[str, str]) -> None:
    """One article card (图文); the platform takes no more than one (45008)."""
    card = {
        "title": article["title"],
        "description": article["description"],
        "url": article["url"],
        "image": article.get("picture_url", ""),
    }
    await gateway.client.message.send_articles(openid, [card])


async def send_menu(gateway: WeChatGateway, openid: str, menu: Mapping[str, Any]) -> None:
    """Tappable choices (菜单消息): a head, a list of id and content, a tail."""
    await gateway.client.message.send_msg_menu(openid, dict(menu))


async def send_mini_card(gateway: WeChatGateway, openid: str, card: Mapping[str, str]) -> None:
    """A card of a mini-program that is linked to the account."""
    await gateway.client.message.send_mini_program_page(openid, dict(card))


async def send_template(
    gateway: WeChatGateway, openid: str, notice: ServiceNotice, *, key: str
) -> str | None:
    """The platform's id. The same key for the same person is delivered once in ten minutes.

    It takes what is owed only: marketing in this form costs the account its right to it.
    """
    body = {
        "touser": openid,
        "template_id": notice.form.template_id,
        "data": _data(notice.form),
        "client_msg_id": key,
        **({"url": notice.form.page} if notice.form.page else {}),
    }
    return _platform_id(await gateway.post("/cgi-bin/message/template/send", body))


async def send_subscription(
    gateway: WeChatGateway, openid: str, notice: ServiceNotice | Offer
) -> str | None:
    """A subscription notice (订阅通知) of a service account; spends one that the person gave."""
    form = notice.form
    sent = await gateway.client.message.send_subscribe_message(
        openid, form.template_id, _data(form), page=form.page or None
    )
    return _platform_id(sent)


async def send_mini_subscription(
    gateway: WeChatGateway, openid: str, notice: ServiceNotice | Offer
) -> str | None:
    """A subscription message of a mini-program; the platform tells its id only in the push."""
    form = notice.form
    body = {"touser": openid, "template_id": form.template_id, "data": _data(form)}
    if form.page:
        body["page"] = form.page
    return _platform_id(await gateway.post("/cgi-bin/message/subscribe/send", body))


async def send_once(gateway: WeChatGateway, openid: str, notice: ServiceNotice | Offer) -> None:
    """A one-time subscription message (一次性订阅消息): for one accept, whoever follows or not."""
    form = notice.form
    body = {
        "touser": openid,
        "template_id": form.template_id,
        "scene": str(form.scene),
        "title": form.title,
        "data": _data(form),
        **({"url": form.page} if form.page else {}),
    }
    await gateway.post("/cgi-bin/message/template/subscribe", body)


def _data(form: FilledForm) -> dict[str, dict[str, str]]:
    return {key: {"value": value} for key, value in form.values.items()}


def _platform_id(answer: Answer) -> str | None:
    """A 64-bit number; whatever else came is no reason to call a taken message uncertain."""
    found = None if isinstance(answer, bytes) else answer.get("msgid")
    return str(found)[:LONGEST_PLATFORM_ID] if found else None
