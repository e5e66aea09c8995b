"""Words about a group send (群发的说法): its rehearsal, its figures, and how far it is."""

from collections.abc import Mapping

from loyalty.broadcast_contents import channels_for
from loyalty.broadcasts import Figures, Rehearsal, State
from loyalty.messages import Channel
from loyalty.send_gate_values import Held
from services.broadcasts.drafts import content_of, content_text
from services.broadcasts.rehearsals import samples_of
from services.broadcasts.reports import Report
from services.shop import Shop
from storage.instants import from_ms
from storage.sql import Row

PLATFORM_COUNTS = ("total", "filter", "sent", "error")
LONGEST_SAMPLE = 60
LONGEST_AUDIENCE = 60
KNOWN_REASONS = frozenset(Held)


async def rehearsal_text(shop: Shop, broadcast: Row, rehearsal: Rehearsal) -> str:
    """All that somebody has to know before it leaves, and the next words to write."""
    lines = [_would_go(shop, rehearsal), _waits(shop, rehearsal), _held_back(shop, rehearsal)]
    lines += [_quota(shop, rehearsal), _service_only(shop, broadcast, rehearsal)]
    if broadcast["state"] == State.WAITING:
        lines.append(shop.phrase("broadcast/asked_already", {}))
    shown = [_short(text, LONGEST_SAMPLE) for text in await samples_of(shop, broadcast, rehearsal)]
    if shown:
        lines.append(shop.phrase("broadcast/samples", {"samples": "\n".join(shown)}))
    facts = {
        "number": broadcast["id"],
        "content": _short(content_text(shop, content_of(broadcast)), LONGEST_SAMPLE),
        "audience": _short(broadcast["audience"], LONGEST_AUDIENCE),
        "people": rehearsal.people,
        "confirm": shop.phrase(f"broadcast/confirm_{_by_whom(broadcast)}", {}),
        "lines": "\n".join(filter(None, lines)),
    }
    return shop.phrase("broadcast/rehearsal", facts)


def _by_whom(broadcast: Row) -> str:
    """An operator at the command line is the first of two people already."""
    return "alone" if broadcast["staff_id"] is None else "by_another"


def figures_text(shop: Shop, figures: Figures) -> str:
    facts = {
        name: getattr(figures, name)
        for name in ("audience", "sent", "failed", "suppressed", "unknown", "on_the_way")
    }
    return shop.phrase("broadcast/figures", facts)


def progress_text(shop: Shop, broadcast: Row, report: Report) -> str:
    """The four ends and what is on the way, why what was held back, what the platform says."""
    more = []
    if report.state is State.RUNNING and not report.figures.audience:
        more.append(shop.phrase("broadcast/preparing", {"number": broadcast["id"]}))
    if report.figures.reasons:
        reasons = reasons_text(shop, report.figures.reasons)
        more.append(shop.phrase("broadcast/suppressed", {"reasons": reasons}))
    if report.platform:
        counts = {name: report.platform.get(name, 0) for name in PLATFORM_COUNTS}
        more.append(shop.phrase("broadcast/platform", counts))
    facts = {
        "number": broadcast["id"],
        "audience": _short(broadcast["audience"], LONGEST_AUDIENCE),
        "state": state_text(shop, broadcast),
        "figures": figures_text(shop, report.figures),
        "more": "\n".join(more),
    }
    return shop.phrase("broadcast/progress", facts)


def state_text(shop: Shop, broadcast: Row) -> str:
    return shop.phrase(f"broadcast/state_{broadcast['state']}", {})


def list_text(shop: Shop, broadcast: Row) -> str:
    facts = {
        "number": broadcast["id"],
        "audience": _short(broadcast["audience"], LONGEST_AUDIENCE),
        "state": state_text(shop, broadcast),
    }
    return shop.phrase("broadcast/list_line", facts)


def reasons_text(shop: Shop, reasons: Mapping[str, int]) -> str:
    """The most frequent first."""
    ordered = sorted(reasons.items(), key=lambda line: (-line[1], line[0]))
    return "，".join(
        shop.phrase(
            "broadcast/held_line",
            {"reason": _reason(shop, reason), "count": count},
        )
        for reason, count in ordered
    )


def _reason(shop: Shop, reason: str) -> str:
    """A row of another version may have one that is not known here: the rest is told."""
    known = reason if reason in KNOWN_REASONS else "other"
    return shop.phrase(f"broadcast/held_{known}", {})


def _would_go(shop: Shop, rehearsal: Rehearsal) -> str:
    if not rehearsal.would_go:
        return shop.phrase("broadcast/would_go_nobody", {})
    channels = "，".join(
        shop.phrase(f"broadcast/by_{channel}", {"count": count})
        for channel, count in sorted(rehearsal.by_channel.items())
    )
    return shop.phrase("broadcast/would_go", {"count": rehearsal.would_go, "channels": channels})


def _waits(shop: Shop, rehearsal: Rehearsal) -> str:
    if not rehearsal.waits:
        return ""
    until = shop.clock.local(from_ms(rehearsal.waits_until_ms))
    facts = {
        "count": sum(rehearsal.waits.values()),
        "reasons": reasons_text(shop, rehearsal.waits),
        "until": f"{until:%Y-%m-%d %H:%M}",
    }
    return shop.phrase("broadcast/waits", facts)


def _held_back(shop: Shop, rehearsal: Rehearsal) -> str:
    if not rehearsal.held_back:
        return ""
    facts = {
        "count": sum(rehearsal.held_back.values()),
        "reasons": reasons_text(shop, rehearsal.held_back),
    }
    return shop.phrase("broadcast/held_back", facts)


def _quota(shop: Shop, rehearsal: Rehearsal) -> str:
    if not rehearsal.quota:
        return ""
    facts = {"most": shop.rules.messages.mass_per_month, "count": rehearsal.quota}
    return shop.phrase("broadcast/quota", facts)


def _service_only(shop: Shop, broadcast: Row, rehearsal: Rehearsal) -> str:
    """Why somebody has no channel whom a call for many would reach."""
    channels = channels_for(content_of(broadcast))
    if Channel.MASS in channels or Held.NO_CHANNEL not in rehearsal.held_back:
        return ""
    return shop.phrase("broadcast/service_only", {})


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
