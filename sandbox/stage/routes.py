"""The stage's table of routes (路由表)."""

from aiohttp import web

from sandbox.stage import (
    browser,
    doing,
    mini_page,
    phones,
    qr,
    scanning,
    till,
    till_asking,
    till_money,
    workshop,
    writing,
)

PHONE = "/stage/phones/{phone}"


def stage_routes() -> list[web.RouteDef]:
    return [
        web.get("/stage/state", phones.show_state),
        web.post("/stage/phones", phones.add_phone),
        web.get(f"{PHONE}/chat", phones.show_chat),
        web.post(f"{PHONE}/follow", doing.follow_account),
        web.post(f"{PHONE}/unfollow", doing.unfollow_account),
        web.post(f"{PHONE}/enter", doing.enter_account),
        web.post(f"{PHONE}/menu", doing.tap_menu_button),
        web.post(f"{PHONE}/scan-menu", doing.scan_by_menu),
        web.post(f"{PHONE}/login-code", doing.give_login_code),
        web.post(f"{PHONE}/phone-code", doing.give_phone_code),
        web.post(f"{PHONE}/share-number", mini_page.share_number),
        web.post(f"{PHONE}/text", writing.send_text),
        web.post(f"{PHONE}/image", writing.send_image),
        web.post(f"{PHONE}/voice", writing.send_voice),
        web.post(f"{PHONE}/video", writing.send_video),
        web.post(f"{PHONE}/location", writing.send_location),
        web.post(f"{PHONE}/report-location", writing.report_location),
        web.post(f"{PHONE}/link", writing.send_link),
        web.post(f"{PHONE}/card", writing.send_card),
        web.post(f"{PHONE}/scan", scanning.scan),
        web.post(f"{PHONE}/open", browser.open_page),
        web.get("/stage/codes", scanning.show_codes),
        web.get("/stage/media/{media}", writing.show_media),
        web.get("/stage/menu", phones.show_menu),
        web.post("/stage/till/purchases", till.ring_up),
        web.post("/stage/till/offline", till.ring_up_offline),
        web.post("/stage/till/upload", till.upload_offline),
        web.get("/stage/till/receipts", till.show_receipts),
        web.post("/stage/till/identify", till_asking.identify),
        web.post("/stage/till/quotes", till_asking.quote),
        web.post("/stage/till/refunds", till_money.refund),
        web.post("/stage/till/topups", till_money.top_up),
        web.post("/stage/till/holds", till_money.hold),
        web.post("/stage/till/holds/{hold:[0-9]+}/capture", till_money.capture_hold),
        web.post("/stage/till/holds/{hold:[0-9]+}/void", till_money.void_hold),
        web.post("/stage/till/coupons/{code:[0-9A-Za-z]+}/redeem", till_money.redeem),
        web.post("/stage/till/coupons/{code:[0-9A-Za-z]+}/release", till_money.release),
        web.get("/stage/clock", workshop.show_clock),
        web.post("/stage/clock", workshop.move_clock),
        web.get("/stage/journal", workshop.show_journal),
        web.get("/stage/faults", workshop.show_faults),
        web.post("/stage/faults", workshop.plan_fault),
        web.delete("/stage/faults", workshop.clear_faults),
        web.post("/stage/accounts/{account}/verify", workshop.verify_webhook),
        web.get("/stage/qr.png", qr.show_qr),
    ]
