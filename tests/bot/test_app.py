"""组装: what the composition root makes of the settings."""

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from bot.app import (
    Parts,
    SharedTokens,
    accounts_of,
    dispatcher_for,
    load_keys,
    machine_now,
    opened_shop,
    redis_url,
)
from bot.config import RedisSettings, Settings, load_settings
from bot.tokens import Token
from storage.cache import Cache
from storage.cache_twin import TwinCache
from storage.keyring_file import KeyRingRefused
from tests.bot.cli_desk import make_desk


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(make_desk(tmp_path).config, {})


async def test_an_installation_opens_on_nothing_but_its_configuration(
    settings: Settings, tmp_path: Path
) -> None:
    async with opened_shop(settings) as parts:
        assert parts.shop.environment == "sandbox"
        assert parts.shop.claim_url == f"{settings.server.public_url}/r/"
        assert parts.shop.phrase("help/cancelled", {}).startswith("好的")
        assert parts.shop.rules.brand_name == ""
        assert {"入会", "积分"} <= set(dispatcher_for(parts).table.commands)
        assert isinstance(parts, Parts)
    assert sorted(path.name for path in (tmp_path / "var").iterdir()) == ["keys.toml", "shuke.db"]


async def test_opened_again_it_is_the_same_installation(settings: Settings) -> None:
    keys = []
    for _ in range(2):
        async with opened_shop(settings) as parts:
            keys.append(parts.shop.keys.key("field"))
    assert keys[0] == keys[1]


def test_production_never_makes_its_keys_by_itself(settings: Settings) -> None:
    with pytest.raises(KeyRingRefused, match="missing"):
        load_keys(replace(settings, environment="production"))
    assert not settings.keys.file.exists()


def test_accounts_are_known_by_the_name_in_their_address(settings: Settings) -> None:
    accounts = accounts_of(settings)
    assert {name: account.kind for name, account in accounts.items()} == {
        "main": "service",
        "mini": "mini",
    }
    assert "ShukeDemo" not in repr(accounts)


@pytest.mark.parametrize(
    ("url", "password", "expected"),
    [
        ("", None, ""),
        ("redis://h:6379/0", None, "redis://h:6379/0"),
        ("redis://h:6379/0", "p4ss", "redis://:p4ss@h:6379/0"),
    ],
)
def test_the_password_of_redis_joins_its_address(
    settings: Settings, url: str, password: str | None, expected: str
) -> None:
    assert redis_url(replace(settings, redis=RedisSettings(url, password))) == expected


async def test_access_tokens_are_shared_through_the_cache() -> None:
    tokens = SharedTokens(Cache(TwinCache()))
    assert await tokens.get("wx1") is None
    await tokens.put("wx1", Token("t", 123), 60)
    assert await tokens.get("wx1") == Token("t", 123)
    async with tokens.lock("wx1") as first, tokens.lock("wx1") as second:
        assert (first, second) == (True, False)


def test_the_machines_clock_is_read_with_its_zone() -> None:
    assert machine_now().tzinfo is UTC
