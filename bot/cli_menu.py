"""`python -m bot menu`: gives every service account (服务号) the menu of templates/menu.toml."""

from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from bot.app import gateways_for, opened_shop
from bot.cli_output import fault, read_toml
from bot.commands import Commands
from bot.config import Settings
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain

MENU = Path(__file__).parent.parent / "templates" / "menu.toml"


def add_to(commands: Commands) -> None:
    commands.add("menu", "give every service account its menu", lambda own, _: run_menu(own))


async def run_menu(settings: Settings) -> int:
    """Members see it within five minutes, or when they open the chat anew."""
    menu = {"button": [_button(item) for item in _read_menu()["button"]]}
    async with (
        opened_shop(settings) as parts,
        ClientSession(timeout=ClientTimeout(total=10)) as session,
    ):
        for name, gateway in gateways_for(parts, session).items():
            if gateway.account.kind != "service":
                continue
            try:
                await gateway.create_menu(menu)
            except (DeliveryFailed, DeliveryUncertain) as refused:
                return fault(f"{name}: WeChat did not take the menu: {refused}")
            print(f"{name}: the menu is set")
    return 0


def _read_menu() -> dict[str, Any]:
    return read_toml(MENU)


def _button(item: dict[str, Any]) -> dict[str, Any]:
    if "sub_button" in item:
        return {"name": item["name"], "sub_button": [_button(sub) for sub in item["sub_button"]]}
    kind = "scancode_waitmsg" if item.get("scan") else "click"
    return {"type": kind, "name": item["name"], "key": item["key"]}
