"""QR codes (二维码) drawn as PNG pictures."""

from io import BytesIO
from typing import Any

import qrcode
from qrcode.exceptions import DataOverflowError


class TooLongForQr(ValueError):
    """More text than a QR code can hold."""


def qr_png(text: str, *, scale: int = 6) -> bytes:
    code: Any = qrcode.QRCode(box_size=scale, border=4)
    code.add_data(text)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError):
        raise TooLongForQr("too much text for a QR code") from None
    picture = BytesIO()
    code.make_image().save(picture, format="PNG")
    return picture.getvalue()


def qr_png_of_width(text: str, width: int) -> bytes:
    """As near to `width` pixels as whole dots allow."""
    code: Any = qrcode.QRCode(box_size=1, border=4)
    code.add_data(text)
    code.make(fit=True)
    dots = code.modules_count + 8
    return qr_png(text, scale=max(1, width // dots))
