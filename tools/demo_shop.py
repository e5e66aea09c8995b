"""The demo's shop (演示商家): loaded, its tills enrolled, its year told, its sandbox described."""

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import Parts, machine_now, opened_shop
from bot.config import Settings
from sandbox.identifiers import openid_of
from services.loading import load_shop
from services.org.tills import Till, enrol_till
from storage.tills import count_keys, signing_till
from tools.demo_activities import fill_tasting, in_coming_weeks
from tools.demo_cast import GOODS, PHONES, REGULAR
from tools.demo_data import OPENID_OF_GUEST, tell
from tools.demo_story import MEMBERS, plan

SHOP_FILE = Path(__file__).parent / "demo_shop.toml"
DEMO_TILL = "cd01-1"


async def prepare(settings: Settings, *, with_story: bool = True) -> None:
    """Bring the shop up to the demo's file; the first time also its tills and its year."""
    async with opened_shop(settings) as parts:
        data, is_first = _shop_file(), await count_keys() == 0
        # Once they have their days, they keep them.
        dated = in_coming_weeks(data.pop("activities"), machine_now())
        if is_first:
            data["activities"] = dated
        await load_shop(parts.shop, data)
        await parts.shop.rules.refresh()
        if await count_keys() == 0:
            await _first_start(parts, data, with_story=with_story)


async def _first_start(parts: Parts, data: dict[str, Any], *, with_story: bool) -> None:
    tills = [await _enrol(parts, till["code"]) for till in data["tills"]]
    if not with_story:
        return
    print(f"making demo data: {MEMBERS} members and a year of purchases, once")
    events = plan(machine_now() - timedelta(hours=1), len(tills))
    regular = openid_of(f"p{PHONES.index(REGULAR) + 1}", parts.settings.wechat.accounts[0].appid)
    async for percent in tell(parts.shop, tills, events, regular=regular):
        print(f"\r  {percent:3} %", end="", flush=True)
    await fill_tasting(parts.shop)
    print()


async def _enrol(parts: Parts, code: str) -> Till:
    enrolment = dict(await enrol_till(parts.shop, code))
    path = var_folder(parts.settings) / "tills" / f"{code}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(enrolment), encoding="utf-8")
    row = await signing_till(code)
    assert row is not None, "it was enrolled just now"
    return Till(
        till_no=row.till_no,
        code=code,
        store_id=row.store_id,
        store_name=row.store_name,
        epoch=row.epoch,
        key=bytes.fromhex(str(enrolment["key"])),
    )


def sandbox_config(settings: Settings, port: int) -> str:
    """The pretend platform knows the same accounts, from its own side."""
    server, lines = settings.server, [f"port = {port}", 'state = "sandbox.json"']
    lines.append(f"phones = {json.dumps(PHONES, ensure_ascii=False)}")
    lines += ["[[crowds]]", f"account = {_quoted(settings.wechat.accounts[0].name)}"]
    lines += [f"openids = {_quoted(OPENID_OF_GUEST)}", f"count = {MEMBERS - 1}"]
    lines += ["[shuke]", f"url = {_quoted(server.public_url)}"]
    lines.append(f"admin_url = {_quoted(f'http://127.0.0.1:{server.admin_port}')}")
    for account in settings.wechat.accounts:
        lines.append("[[accounts]]")
        label = "山茶咖啡" if account.kind != "mini" else "山茶咖啡小程序"
        webhook = f"{server.public_url}/wechat/{account.name}"
        lines += [f"label = {_quoted(label)}", f"webhook = {_quoted(webhook)}"]
        for name in ("name", "kind", "appid", "original_id", "token", "aes_key", "secret", "mode"):
            lines.append(f"{name} = {_quoted(getattr(account, name))}")
        if account.kind == "mini":
            lines.append('format = "json"')
    if settings.sms.url:
        lines += ["[sms]", f"secret = {_quoted(settings.sms.secret or '')}"]
    lines += ["[till]", f'enrolment = "tills/{DEMO_TILL}.json"', 'store_label = "春熙路店"']
    for sku, name, category, amount_fen in GOODS:
        lines += ["[[goods]]", f"sku = {_quoted(sku)}", f"name = {_quoted(name)}"]
        lines += [f"category = {_quoted(category)}", f"amount_fen = {amount_fen}"]
    for offer in _shop_file()["topup_offers"]:
        lines += ["[[topups]]"]
        lines += [f"{name} = {offer[name]}" for name in ("paid_fen", "bonus_fen")]
    return "\n".join(lines) + "\n"


def _shop_file() -> dict[str, Any]:
    return tomllib.loads(SHOP_FILE.read_text(encoding="utf-8"))


def var_folder(settings: Settings) -> Path:
    return settings.keys.file.parent


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
