"""The till's enrolment (收银台登记): the key and the names `till enrol` gave this pretend till."""

import json
from dataclasses import dataclass
from pathlib import Path

from sandbox.codec import DoesNotFit, decode
from sandbox.config import SandboxConfig


@dataclass(frozen=True, slots=True)
class Enrolment:
    till: str
    till_no: int
    epoch: int
    key: str
    brand: str
    environment: str
    claim_url: str

    @property
    def key_bytes(self) -> bytes:
        return bytes.fromhex(self.key)


def enrolment_or_none(config: SandboxConfig) -> Enrolment | None:
    """Read each time: the file may be written after the sandbox started, or renewed."""
    path = Path(config.till.enrolment)
    if not config.till.enrolment or not path.is_file():
        return None
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise DoesNotFit(f"{path.name}: not JSON") from None
    enrolment: Enrolment = decode(Enrolment, table, where=path.name, strict=False)
    return enrolment
