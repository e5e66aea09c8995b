"""A group send drafted at the command line (运维群发): the operator is the first of two people."""

from collections import Counter

from loyalty.broadcast_contents import read_content
from services.broadcasts.drafts import aim_at, draft_broadcast
from services.broadcasts.rehearsals import rehearse_to_the_end
from services.broadcasts.reports import Report
from services.shop import Shop


async def draft_at_desk(shop: Shop, audience: str, text: str, *, key: str) -> dict[str, object]:
    """With everybody who would not be written to at once. Raises what cannot be read."""
    content = read_content(text)
    aim = await aim_at(shop, None, audience)
    draft = await draft_broadcast(shop, None, aim, content, key=key)
    rehearsal = await rehearse_to_the_end(shop, draft["id"])
    assert rehearsal is not None, draft["id"]
    return {
        "id": draft["id"],
        "state": draft["state"],
        "audience": rehearsal.people,
        "held_back": dict(Counter(rehearsal.held_back) + Counter(rehearsal.waits)),
    }


def report_data(report: Report) -> dict[str, object]:
    """As commands print it."""
    figures = report.figures
    return {
        "id": report.number,
        "state": str(report.state),
        "audience": figures.audience,
        "sent": figures.sent,
        "failed": figures.failed,
        "suppressed": figures.suppressed,
        "unknown": figures.unknown,
        "on_the_way": figures.on_the_way,
        "reasons": dict(figures.reasons),
        "platform": report.platform,
    }
