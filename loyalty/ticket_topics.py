"""Topics (话题) as staff type them: a few letters, never a number that could be somebody's."""

import re
from unicodedata import normalize

LONGEST_TOPIC = 12
TOPIC = re.compile(rf"(?=.*[^\W\d_])[\w-]{{1,{LONGEST_TOPIC}}}")
LONG_NUMBER = re.compile(r"\d{5}")


def read_topic(text: str) -> str | None:
    """Folded, so that the same topic is one; None for what cannot be one."""
    topic = normalize("NFKC", text).strip().casefold()
    if not TOPIC.fullmatch(topic) or LONG_NUMBER.search(topic):
        return None
    return topic


def read_numbers(text: str) -> list[int] | None:
    """`3,5、8` as numbers of tickets, each once; None for anything else."""
    parts = re.split(r"[,，、;；]", normalize("NFKC", text).strip(",、;"))
    if not all(part.isdecimal() and len(part) <= LONGEST_TOPIC for part in parts):
        return None
    return list(dict.fromkeys(int(part) for part in parts))
