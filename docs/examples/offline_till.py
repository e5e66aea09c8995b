"""An offline till (断网收银台): a receipt's token and claim link, made with the till's key alone.

    python offline_till.py till.json SEQUENCE AMOUNT_FEN

till.json is what `python -m bot till enrol` printed. SEQUENCE counts this till's receipts, is
never used twice and stays below 2147483648; the upload names it as `receipt_seq`.
"""

import base64
import hmac
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

START = datetime(2020, 1, 1, tzinfo=UTC)


def receipt_token(
    enrolment: dict[str, Any], *, sequence: int, paid_at: datetime, amount_fen: int
) -> str:
    minutes = int((paid_at - START).total_seconds()) // 60
    facts = bytes([0x11, enrolment["epoch"]])
    for number, size in ((enrolment["till_no"], 3), (sequence, 4), (minutes, 3), (amount_fen, 4)):
        facts += number.to_bytes(size, "big")
    purpose = f"receipt:{enrolment['brand']}:{enrolment['environment']}:".encode()
    code = hmac.digest(bytes.fromhex(enrolment["key"]), purpose + facts, "sha256")[:16]
    return base64.urlsafe_b64encode(facts + code).decode().rstrip("=")


if __name__ == "__main__":
    enrolment = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sequence, amount_fen, now = int(sys.argv[2]), int(sys.argv[3]), datetime.now(UTC)
    token = receipt_token(enrolment, sequence=sequence, paid_at=now, amount_fen=amount_fen)
    printed = {"token": token, "url": enrolment["claim_url"] + token, "paid_at": now.isoformat()}
    sys.stdout.write(json.dumps(printed) + "\n")
