"""An online till (联网收银台): signs a purchase and posts it to Shuke.

    python online_till.py till.json http://127.0.0.1:8000 purchase.json

till.json is what `python -m bot till enrol` printed, purchase.json the body of the request. Sent
again after a time-out, the same file gets the first answer again and counts once.
"""

import hashlib
import hmac
import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PATH = "/pos/v1/purchases"


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


def post(enrolment: dict[str, Any], server: str, body: bytes) -> tuple[int, str]:
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    headers = signed_headers(enrolment, PATH, body, timestamp=timestamp, nonce=nonce)
    request = Request(server + PATH, data=body, headers=headers)  # noqa: S310 - the shop's address
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


if __name__ == "__main__":
    enrolment = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    status, text = post(enrolment, sys.argv[2], Path(sys.argv[3]).read_bytes())
    sys.stdout.write(f"{status} {text}\n")
    sys.exit(status not in (200, 201))
