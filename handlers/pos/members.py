"""POST /members/identify: a till reads who shows a member code."""

from aiohttp import web

from bot.web import json_answer
from handlers.pos.calls import TillCall
from handlers.pos.fields import Fields
from services.org.tills import Till
from services.purchases.identifying import identify_member
from services.shop import Shop


async def post_identify(shop: Shop, till: Till, call: TillCall) -> web.Response:
    fields = Fields(call.body)
    member_code = fields.text("member_code")
    fields.no_more()
    return json_answer(await identify_member(shop, till, member_code))
