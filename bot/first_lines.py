"""First lines (先说的话): what could not be delivered before stands in front of the answer."""

from bot.chat import Chat, Content
from bot.replies import LONGEST_TEXT_BYTES, fit_text

BETWEEN = "\n\n"


def put_first(lines: list[str], chat: Chat) -> list[Content]:
    """All that is said, in as few texts as hold it: the first one is the passive reply."""
    texts = [fit_text(line) for line in lines]
    answer = chat.said
    if answer[0].kind == "text" and texts:
        texts.append(answer[0].value)
        answer = answer[1:]
    return [*(Content("text", text) for text in _joined(texts)), *answer]


def _joined(texts: list[str]) -> list[str]:
    joined: list[str] = []
    for text in texts:
        both = joined[-1] + BETWEEN + text if joined else ""
        if joined and len(both.encode()) <= LONGEST_TEXT_BYTES:
            joined[-1] = both
        else:
            joined.append(text)
    return joined
