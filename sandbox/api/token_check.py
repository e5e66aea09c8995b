"""Access tokens (access_token) as calls carry them: whose, still good, or why not."""

from sandbox.api.errors import PlatformError
from sandbox.config import Account
from sandbox.world import World

SHORTEST_TOKEN = 20


def account_of_token(world: World, value: str) -> Account:
    if not value:
        raise PlatformError(41001)
    if len(value) < SHORTEST_TOKEN:
        raise PlatformError(40014)
    now = world.clock.now()
    for account in world.config.accounts:
        tokens = world.record(account).tokens
        token = next((entry for entry in tokens if entry.value == value), None)
        if token is None:
            continue
        if token.expires_at <= now:
            raise PlatformError(42001)
        if token.usable_until <= now:
            raise PlatformError(40001)
        return account
    raise PlatformError(40001)
