"""Pictures (图片): which of the two kinds we keep some bytes are, told by what they begin with."""

LARGEST_PICTURE = 2 * 1024 * 1024
BEGINNINGS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}


def picture_kind(content: bytes) -> str | None:
    """None for anything else, whatever it is called, and for what is too large to keep."""
    if len(content) > LARGEST_PICTURE:
        return None
    kinds = (kind for kind, begins in BEGINNINGS.items() if content.startswith(begins))
    return next(kinds, None)
