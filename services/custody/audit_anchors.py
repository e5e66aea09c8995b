"""Anchoring (锚定): every night the hash of the newest audit row leaves the database.

Who can write to the database alone cannot take rows off the end of the trail and stay unseen.
"""

import asyncio
from collections.abc import Sequence

from loyalty.audit import Complaint
from loyalty.audit_anchors import Anchor, read_anchor
from loyalty.staff import Right, has_right
from services.messages.telling import tell_follower
from services.shop import Shop
from storage.anchor_file import add_line, read_lines
from storage.audit_trail import chain_head
from storage.staff import staff_followers
from storage.transactions import transactional


async def anchor_trail(shop: Shop) -> int:
    """Keep the newest hash in the file and tell it; returns its row, 0 when nothing is new."""
    head = await chain_head()
    anchors, _ = await kept_anchors(shop)
    if not head.last_id or (anchors and anchors[-1].hash == head.last_hash):
        return 0
    anchor = Anchor(shop.today().isoformat(), head.last_id, head.last_hash)
    await tell_anchor(shop, anchor)
    if shop.audit_anchors is not None:
        await asyncio.to_thread(add_line, shop.audit_anchors, anchor.as_line())
    return anchor.id


@transactional
async def tell_anchor(shop: Shop, anchor: Anchor) -> None:
    """Whoever watches the trail keeps the short form in their chat."""
    facts = {"day": anchor.day, "row": anchor.id, "code": anchor.short_hash()}
    text = shop.phrase("audit/anchored", facts)
    for follower in await staff_followers():
        if has_right(follower["role"], Right.AUDIT):
            key = f"anchor:{anchor.id}:{follower['id']}"
            await tell_follower(shop, follower, text, key=key)


async def kept_anchors(shop: Shop) -> tuple[Sequence[Anchor], Sequence[Complaint]]:
    """The anchors of the file, and its lines that are none."""
    if shop.audit_anchors is None:
        return [], []
    lines = await asyncio.to_thread(read_lines, shop.audit_anchors)
    read = [(number, read_anchor(line)) for number, line in enumerate(lines, 1) if line.strip()]
    unreadable = [
        Complaint("audit_anchor", f"anchor line {number}", "cannot be read")
        for number, anchor in read
        if anchor is None
    ]
    return [anchor for _, anchor in read if anchor is not None], unreadable
