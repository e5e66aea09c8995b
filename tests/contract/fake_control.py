"""The back door of the fake platform (/fake/…): tests plan faults here and ask what arrived."""

import json
from collections import Counter
from typing import Any

from tests.contract.fake_platform import FakePlatform
from tests.contract.lean_http import Request

MOST_ROWS = 5_000


def control(platform: FakePlatform, request: Request) -> Any:
    wish = json.loads(request.body) if request.body else {}
    name = request.path.removeprefix("/fake/")
    asked, told = ASKED.get(name), TOLD.get(name)
    if asked is not None:
        return asked(platform, request.query)
    if told is not None:
        told(platform, wish)
        return {}
    return {"error": f"no such call: {name}"}


def _counts(platform: FakePlatform, _query: dict[str, str]) -> Any:
    """Accepted calls and reached people by API, errors by code, and what is still to be told."""
    people: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    for entry in platform.journal.accepted:
        accepted[entry.api] += 1
        people[entry.api] += len(entry.openids)
    return {
        "accepted": accepted,
        "people": people,
        "repeats": platform.sending.repeats,
        "calls": Counter(api for _, api, _ in platform.calls),
        "errors": Counter(str(code) for _, _, code in platform.calls if code),
        "unknown": platform.unknown,
        "callbacks_waiting": platform.callbacks.waiting,
        "callbacks": Counter(f"{event} {status}" for event, _, status in platform.callbacks.told),
    }


def _tokens(platform: FakePlatform, _query: dict[str, str]) -> Any:
    """How often each generation was fetched, oldest first."""
    return {
        appid: [generation.fetches for generation in generations]
        for appid, generations in platform.tokens.generations.items()
    }


def _journal(platform: FakePlatform, query: dict[str, str]) -> Any:
    """Accepted sends after row `after`, of one `openid` or `api` where named."""
    after, openid, api = int(query.get("after", 0)), query.get("openid"), query.get("api")
    journal = platform.journal
    rows = journal.of_openid.get(openid, []) if openid else journal.accepted[after:]
    chosen = [row for row in rows if row.n > after and api in (None, row.api)][:MOST_ROWS]
    return [json.loads(row.line) for row in chosen]


def _receipts(platform: FakePlatform, query: dict[str, str]) -> Any:
    """How many accepted sends each person has, for those with `least` or more."""
    least, api = int(query.get("least", 1)), query.get("api")
    counts: Counter[str] = Counter()
    for entry in platform.journal.accepted:
        if api in (None, entry.api):
            counts.update(entry.openids)
    return {openid: count for openid, count in counts.items() if count >= least}


def _calls(platform: FakePlatform, query: dict[str, str]) -> Any:
    """(when, api, errcode) of every call, accepted or not, since the instant `since`."""
    since, api = float(query.get("since", 0)), query.get("api")
    return [row for row in platform.calls if row[0] >= since and api in (None, row[1])]


def _plan_refusals(platform: FakePlatform, wish: dict[str, Any]) -> None:
    """`errcode` 0 takes a refusal back."""
    for openid in wish["openids"]:
        name = (wish.get("api", "*"), openid)
        if wish["errcode"]:
            platform.sending.refusals[name] = wish["errcode"]
        else:
            platform.sending.refusals.pop(name, None)


def _give(platform: FakePlatform, wish: dict[str, Any]) -> None:
    """From the first gift on, subscriptions are counted."""
    platform.sending.counts_held = True
    for openid in wish["openids"]:
        platform.sending.held[openid, wish["template_id"]] += wish.get("count", 1)


def _set_quota(platform: FakePlatform, wish: dict[str, Any]) -> None:
    """`left` null: no quota any more."""
    platform.quotas.pop(wish["api"], None)
    if wish.get("left") is not None:
        platform.quotas[wish["api"]] = wish["left"]


def _move_clock(platform: FakePlatform, wish: dict[str, Any]) -> None:
    platform.tokens.ahead_seconds += wish["seconds"]


def _set_webhook(platform: FakePlatform, wish: dict[str, Any]) -> None:
    platform.callbacks.webhooks[wish["appid"]] = wish["url"]
    platform.outcome_seconds = wish.get("outcome_seconds", platform.outcome_seconds)


def _expire_tokens(platform: FakePlatform, wish: dict[str, Any]) -> None:
    platform.tokens.invalidate(wish["appid"])


ASKED = {
    "counts": _counts,
    "tokens": _tokens,
    "journal": _journal,
    "receipts": _receipts,
    "calls": _calls,
}
TOLD = {
    "faults": lambda platform, wish: platform.faults.add(wish),
    "faults/clear": lambda platform, _wish: platform.faults.clear(),
    "refusals": _plan_refusals,
    "held": _give,
    "quota": _set_quota,
    "clock": _move_clock,
    "webhook": _set_webhook,
    "tokens/expire": _expire_tokens,
}
