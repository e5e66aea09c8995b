"""Keyed digests (密钥摘要) that find sealed details by equality: gender, district, birthdays."""

from collections.abc import Sequence

from services.shop import Shop
from storage.sealing import blind_index

# Details with few values, of which equal ones may show.
INDEXED = ("gender", "district")


def detail_index(shop: Shop, name: str, value: str) -> str | None:
    """What is kept beside a sealed detail, if filters may ask for it."""
    if name not in INDEXED:
        return None
    return blind_index(shop.keys, name, _district(shop, value) if name == "district" else value)


def keyed_values(shop: Shop, word: str, name: str) -> Sequence[str]:
    """The digests that a name in a filter stands for."""
    index = detail_index(shop, word, name)
    assert index is not None, word
    return [index]


def _district(shop: Shop, value: str) -> str:
    """Also behind the name of its city, where the shop knows the district."""
    fitting = [district for district in shop.rules.districts if value.endswith(district)]
    return max(fitting, key=len, default=value)
