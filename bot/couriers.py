"""Couriers (专送): what leaves by the outbox and is neither a text nor a QR picture."""

from functools import partial

from bot.app import Parts, machine_now
from bot.delivery import Courier
from bot.exporting import export_courier
from bot.scene_codes import scene_courier
from bot.sms import FileSms, HttpSms, SmsPort, sms_courier
from bot.ticket_pictures import fetching_courier, showing_courier
from bot.who import who_courier
from services.details.phone_codes import short_message
from services.people.export_files import export_text
from services.people.identities import record_unionid
from services.tickets.pictures import (
    LARGEST_PICTURE,
    keep_picture,
    lose_picture,
    picture_bytes,
    wanted_media,
)


def couriers_for(parts: Parts) -> dict[str, Courier]:
    """By kind of content, for Delivery."""
    couriers = {
        "who": who_courier(partial(record_unionid, parts.shop, greets=True)),
        "box": scene_courier(),
        "channel": scene_courier(),
        "picture": fetching_courier(
            wanted_media,
            partial(keep_picture, parts.shop),
            partial(lose_picture, parts.shop),
            most_bytes=LARGEST_PICTURE,
        ),
        "ticket_picture": showing_courier(partial(picture_bytes, parts.shop)),
        "export": export_courier(partial(export_text, parts.shop)),
    }
    if (port := _sms_port(parts)) is not None:
        couriers["sms"] = sms_courier(port, partial(short_message, parts.shop))
    return couriers


def _sms_port(parts: Parts) -> SmsPort | None:
    sms = parts.settings.sms
    if sms.file is not None:
        return FileSms(sms.file, machine_now)
    return HttpSms(sms.url, sms.secret or "", machine_now) if sms.url else None
