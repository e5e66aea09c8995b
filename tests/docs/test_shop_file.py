"""The page of the shop file (商家档案) names every key that is read, and no other."""

import re
import tomllib
from collections import defaultdict
from dataclasses import MISSING, fields

import pytest

from loyalty.campaign_terms import CampaignMessage, CampaignQuestion
from loyalty.contacts import AllowanceTerms
from loyalty.lifecycle import LifecycleTerms
from loyalty.message_terms import MessageTerms, QuietTerms
from loyalty.shop_file.parts import Scope
from loyalty.shop_file.reading import ShopFile, read_shop_file
from loyalty.shop_file.table import Table
from loyalty.shop_file.terms import (
    ActivityTerms,
    Brand,
    CampaignTerms,
    CouponKind,
    LadderTerms,
    Partner,
    PointBoost,
    PointsPolicy,
    ProfileTerms,
    PromiseTerms,
    Promotion,
    Region,
    Reward,
    SegmentTerms,
    ServiceTerms,
    ShopTerms,
    Store,
    TagTerms,
    Tier,
    Till,
    TopUpOffer,
    WalletTerms,
)
from tests.docs.pages import text_of_page
from tests.source_code import ROOT

PAGE = "docs/shop-file.md"
SECTION = re.compile(r"^## (?:`\[+([\w.]+)\]+`|(Scope))$", re.MULTILINE)
LINE = re.compile(r"^\| (`[^|]+`) \|([^|]*)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)
NO_DEFAULT, NOTHING = "required", "none"
# How a value is called in the file where its name in the terms is another one.
DAYS = {"first_day": "from", "last_day": "until", "valid_from": "from", "valid_until": "until"}
IN_FILE = {**DAYS, "valid_days": "valid", "useful_days": "window"}
TERMS: dict[str, type[ShopTerms]] = {
    "brand": Brand,
    "regions": Region,
    "stores": Store,
    "tills": Till,
    "points": PointsPolicy,
    "point_boosts": PointBoost,
    "ladder": LadderTerms,
    "tiers": Tier,
    "coupon_kinds": CouponKind,
    "promotions": Promotion,
    "rewards": Reward,
    "wallet": WalletTerms,
    "topup_offers": TopUpOffer,
    "lifecycle": LifecycleTerms,
    "campaigns": CampaignTerms,
    "activities": ActivityTerms,
    "campaigns.actions.message": CampaignMessage,
    "campaigns.actions.form": CampaignQuestion,
    "profile": ProfileTerms,
    "partners": Partner,
    "segments": SegmentTerms,
    "tags": TagTerms,
    "service": ServiceTerms,
    "messages": MessageTerms,
    "messages.quiet": QuietTerms,
    "messages.allowances": AllowanceTerms,
    "service.promises": PromiseTerms,
    "Scope": Scope,
}


def told() -> dict[str, dict[str, str]]:
    """By section: each key with its default as the page writes it."""
    parts = SECTION.split(text_of_page(PAGE))[1:]
    sections = {}
    for name, scope, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        lines = LINE.findall(text)
        sections[name or scope] = {
            key: default.strip()
            for keys, _, default, _ in lines
            for key in re.findall(r"`(\w+)`", keys)
        }
    return sections


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """By section: the keys that the readers asked for in the demo's file."""
    asked: defaultdict[str, set[str]] = defaultdict(set)
    refuse = Table.refuse_unknown_keys

    def note(table: Table) -> None:
        asked[re.sub(r"\[\d+\]", "", table.path)] |= table._known
        refuse(table)

    monkeypatch.setattr(Table, "refuse_unknown_keys", note)
    read_shop_file(tomllib.loads((ROOT / "tools" / "demo_shop.toml").read_text(encoding="utf-8")))
    return asked


def test_the_page_has_every_section_and_every_key_that_is_read(read: dict[str, set[str]]) -> None:
    sections = told()
    whole = {name for name in sections if "." not in name} - {"Scope"}
    assert whole == read.pop("") == {one.name for one in fields(ShopFile)}
    for section, keys in read.items():
        assert set(sections[section]) == keys, section


def test_the_page_tells_every_key_of_a_scope() -> None:
    assert set(told()["Scope"]) == {IN_FILE.get(one.name, one.name) for one in fields(Scope)}


@pytest.mark.parametrize("section", TERMS)
def test_the_page_tells_the_default_of_every_key(section: str) -> None:
    page = told()[section]
    for one in fields(TERMS[section]):  # type: ignore[arg-type]
        if one.name == "scope":
            continue
        default = page[IN_FILE.get(one.name, one.name)]
        assert default == default_as_told(one.default), one.name


def test_only_lists_of_a_scope_have_no_default_of_their_own() -> None:
    scope = told()["Scope"]
    for section, keys in told().items():
        own = {IN_FILE.get(one.name, one.name) for one in fields(TERMS[section])}  # type: ignore[arg-type]
        for key in keys.keys() - own:
            assert keys[key] == scope[key] == NOTHING, (section, key)


def default_as_told(default: object) -> str:
    if default is MISSING:
        return NO_DEFAULT
    if default in (None, ()) or isinstance(default, ShopTerms):
        return NOTHING
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"
