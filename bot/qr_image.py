"""QR pictures (二维码图片): the one place that draws them."""

import io

import qrcode
from qrcode.constants import ERROR_CORRECT_M


def qr_png(text: str, *, pixels_per_module: int = 8) -> bytes:
    """A PNG of the text, with the quiet border that cameras need."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=pixels_per_module, border=4)
    code.add_data(text)
    picture = io.BytesIO()
    code.make_image().save(picture, format="PNG")
    return picture.getvalue()
