"""Whom a ticket names (涉及员工): the staff numbers that stand in what somebody wrote."""

import re
from unicodedata import normalize

ROLE = "(?:员工|店员|店长|客服|营销|审计|老板|工号)"
NUMBER = "([0-9]{1,9})(?![0-9])"
# As staff numbers are shown, 店员 3 号, and as people write them: 工号：3, 3号店员.
NAMED_STAFF = re.compile(rf"{ROLE}\s*(?:编号|号码|号)?\s*[:#]?\s*{NUMBER}|{NUMBER}\s*号\s*{ROLE}")


def staff_named(text: str) -> list[int]:
    """Each number once."""
    found = NAMED_STAFF.findall(normalize("NFKC", text))
    return list(dict.fromkeys(int(behind or before) for behind, before in found))
