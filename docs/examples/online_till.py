"""An online till (联网收银台): signs calls and sells a basket from the member code to a refund.

    python online_till.py till.json http://127.0.0.1:8000 call purchases purchase.json
    python online_till.py till.json http://127.0.0.1:8000 sell 660012345678901234 basket.json
    python online_till.py till.json http://127.0.0.1:8000 refund RECEIPT_NO AMOUNT_FEN

till.json is what `python -m bot till enrol` printed, purchase.json the body of the call,
basket.json a list of lines. What got no answer is sent again with the same content and counts
once; so keep a receipt's number with the receipt before it is sent.
"""

import hashlib
import hmac
import json
import secrets
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

DOOR = "/pos/v1/"
PAUSES_SECONDS = (1, 2, 4, 8, 16, 32, 60)


def signed_headers(
    enrolment: dict[str, Any], path: str, body: bytes, *, timestamp: str, nonce: str
) -> dict[str, str]:
    lines = ["POST", path, timestamp, nonce, hashlib.sha256(body).hexdigest()]
    key = bytes.fromhex(enrolment["key"])
    return {
        "Content-Type": "application/json",
        "X-Till": enrolment["till"],
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": hmac.digest(key, "\n".join(lines).encode(), "sha256").hex(),
    }


def post(enrolment: dict[str, Any], server: str, path: str, body: bytes) -> tuple[int, Any]:
    """Status and answer of one try."""
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    headers = signed_headers(enrolment, path, body, timestamp=timestamp, nonce=nonce)
    request = Request(server + path, data=body, headers=headers)  # noqa: S310 - the shop's address
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def call(enrolment: dict[str, Any], server: str, name: str, body: bytes) -> tuple[int, Any]:
    """Again until it is answered; every try has a new nonce and signature."""
    for pause_seconds in (*PAUSES_SECONDS, 0):
        try:
            status, answer = post(enrolment, server, DOOR + name, body)
        except (URLError, TimeoutError):
            status, answer = 503, {"error": {"message": "no answer"}}
        if status < 500:
            break
        time.sleep(pause_seconds)
    return status, answer


def ask(enrolment: dict[str, Any], server: str, name: str, body: dict[str, Any]) -> Any:
    """The answer, or the end with the words for the cashier."""
    status, answer = call(enrolment, server, name, json.dumps(body).encode())
    if status >= 400:
        sys.exit(f"{name}: {status} {answer['error']['message']}")
    return answer


def sell(
    enrolment: dict[str, Any], server: str, member_code: str, lines: list[dict[str, Any]]
) -> dict[str, Any]:
    """Who is it, what is the best price with coupons, and paid as quoted."""
    member = ask(enrolment, server, "members/identify", {"member_code": member_code})
    wanted = {"member_code": member_code, "lines": lines}
    best = ask(enrolment, server, "quotes", wanted)["best_without_points"]
    quote = ask(enrolment, server, "quotes", wanted | {"coupon_codes": best["coupon_codes"]})
    bought = {
        "receipt_no": f"{enrolment['till']}-{secrets.token_hex(6)}",
        "paid_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "lines": lines,
        "paid_fen": quote["payable_fen"],
        "quote_id": quote["quote_id"],
    }
    answer = ask(enrolment, server, "purchases", bought)
    return {"member": member, "quote": quote, "purchase": bought, "answer": answer}


def give_back(
    enrolment: dict[str, Any], server: str, receipt_no: str, amount_fen: int
) -> dict[str, Any]:
    facts = {"refund_no": f"{receipt_no}-{secrets.token_hex(3)}", "receipt_no": receipt_no}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    body = facts | {"amount_fen": amount_fen, "refunded_at": now}
    answer: dict[str, Any] = ask(enrolment, server, "refunds", body)
    return answer


if __name__ == "__main__":
    enrolment = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    server, what, first, second = sys.argv[2:6]
    if what == "call":
        status, printed = call(enrolment, server, first, Path(second).read_bytes())
    elif what == "sell":
        basket = json.loads(Path(second).read_text(encoding="utf-8"))
        status, printed = 201, sell(enrolment, server, first, basket)
    else:
        status, printed = 201, give_back(enrolment, server, first, int(second))
    sys.stdout.write(json.dumps(printed, ensure_ascii=False) + "\n")
    sys.exit(status >= 400)
