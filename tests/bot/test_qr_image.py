"""二维码图片: what a camera sees is the text, with the quiet border it needs."""

import io

import pytest
from PIL import Image
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from bot.qr_image import qr_png

CODE = "661234567890123456"
LINK = "https://shuke.example.org/r/" + "A" * 43


def modules_of(png: bytes, pixels_per_module: int) -> list[list[bool]]:
    """Dark or light in the middle of each module."""
    picture = Image.open(io.BytesIO(png)).convert("L")
    middles = range(pixels_per_module // 2, picture.width, pixels_per_module)
    return [[picture.getpixel((x, y)) == 0 for x in middles] for y in middles]


@pytest.mark.parametrize("text", [CODE, LINK, "山茶咖啡🧧"])
@pytest.mark.parametrize("pixels", [1, 8])
def test_the_picture_says_the_text(text: str, pixels: int) -> None:
    expected = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    expected.add_data(text)
    assert modules_of(qr_png(text, pixels_per_module=pixels), pixels) == expected.get_matrix()


def test_four_light_modules_stand_around_it() -> None:
    modules = modules_of(qr_png(CODE), 8)
    size = len(modules)
    inner = range(4, size - 4)
    dark = [(x, y) for y in range(size) for x in range(size) if modules[y][x]]
    assert all(x in inner and y in inner for x, y in dark)
    assert (4, 4) in dark


def test_a_code_is_small_enough_to_send() -> None:
    assert len(qr_png(LINK)) < 20_000
