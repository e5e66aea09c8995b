"""Books to damage (待毁账本): a small life of two members, with nothing that guards the rows."""

from services.ledger.point_expiry import expire_points
from services.purchases.claims import claim_receipt
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.database import is_postgres
from storage.sql import rows
from tests.services.posting import give, spend_points, take_back
from tests.shop_parts import MachineClock, a_member, a_receipt, a_report, a_till


async def keep_books(shop: Shop, clock: MachineClock) -> None:
    """Two members who joined, bought, scanned, spent, owed and let lapse; then the triggers go."""
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    till = await a_till(shop)
    for sequence, person in enumerate((li, wang)):
        receipt = a_receipt(shop, till, sequence)
        await record_purchase(shop, till, a_report(shop, f"R-{sequence}", sequence=sequence))
        await claim_receipt(shop, person, receipt)
    await spend_points(shop, li, 60, key="spend")
    await take_back(shop, wang, 100, key="refund")
    clock.pass_time(days=366)
    await give(shop, wang, 25, key="gift")
    await expire_points(shop)
    await drop_triggers()


async def drop_triggers() -> None:
    if is_postgres():
        tables = await rows("SELECT DISTINCT tgrelid::regclass::text AS name FROM pg_trigger")
        for table in tables:
            await rows(f"ALTER TABLE {table['name']} DISABLE TRIGGER USER")
        return
    for trigger in await rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        await rows(f"DROP TRIGGER {trigger['name']}")
