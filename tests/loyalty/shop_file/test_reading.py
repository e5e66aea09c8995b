"""The shop file (商家档案): what may stand in it, and what every fault is told."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from loyalty.campaigns import campaign_of
from loyalty.expiry import ExpiryPolicy
from loyalty.shop_file.reading import KnownCodes, ShopFile, ShopFileFaults, read_shop_file
from loyalty.shop_file.terms import PointsPolicy, Tier, Till

DEMO = Path(__file__).parents[3] / "tools" / "demo_shop.toml"
SHOP = """
brand = {code = "camellia", name = "山茶咖啡", mode = "central"}
regions = [{code = "cd", name = "成都"}]
stores = [{code = "cd01", region = "cd", name = "春熙路店"}]
tills = [{code = "cd01-1", store = "cd01"}]
points = {points_per_yuan = 1, expire = "365d"}
tiers = [{code = "base", name = "普通会员", growth = 0}, {code = "gold", name = "金卡", growth = 9}]
campaigns = [{code = "welcome", trigger = "join", actions = [{points = 50}, {coupon = "w10"}]}]
[[coupon_kinds]]
code = "w10"
name = "新人券"
kind = "money_off"
amount_fen = 1000
valid = "30d"
"""

KEYS = [
    *("brand", "regions", "stores", "tills", "points", "tiers", "coupon_kinds", "campaigns"),
    *("code", "name", "mode", "region", "store", "growth", "kind", "valid", "from", "until"),
    *("item", "amount_fen", "trigger", "actions", "coupon", "tag", "expire"),
]
KEY = some.sampled_from(KEYS) | some.text()


def read(text: str) -> ShopFile:
    return read_shop_file(tomllib.loads(text))


def faults_of(text: str) -> list[str]:
    """The places that are refused."""
    try:
        read(text)
    except ShopFileFaults as wrong:
        return [fault.path for fault in wrong.faults]
    return []


def changed(old: str, new: str) -> str:
    assert old in SHOP
    return SHOP.replace(old, new, 1)


def test_the_demo_shop_has_three_regions_eight_stores_and_four_tiers():
    shop = read(DEMO.read_text("utf-8"))
    assert (len(shop.regions), len(shop.stores), len(shop.tiers)) == (3, 8, 4)
    assert {till.store for till in shop.tills} == {store.code for store in shop.stores}
    assert shop.campaigns[0].actions == (("points", 50), ("coupon", "welcome10"))


def test_what_a_file_leaves_out_is_left_alone():
    shop = read('[[tills]]\ncode = "cd09-1"\nstore = "cd09"')
    assert shop == ShopFile(tills=(Till("cd09-1", "cd09"),))
    assert shop.as_data() == {"tills": [{"code": "cd09-1", "store": "cd09"}]}
    assert read("") == ShopFile()


def test_a_part_of_a_shop_may_refer_to_what_is_known_already():
    data = tomllib.loads('[[tills]]\ncode = "cd09-1"\nstore = "cd09"')
    assert read_shop_file(data, known=KnownCodes(stores=frozenset({"cd09"}))).tills
    with pytest.raises(ShopFileFaults, match=r"tills\[0\].store: names nothing in stores"):
        read_shop_file(data, known=KnownCodes())


def test_what_is_not_said_about_points_and_tiers_has_a_default():
    shop = read("points = {}\ntiers = [{code = 'base', name = ' 会员 ', growth = 0}]")
    assert shop.points == PointsPolicy()
    assert (shop.points.points_per_yuan, shop.points.claim_days) == (1, 30)
    assert shop.tiers == (Tier("base", "会员", 0, 100),)


def test_every_fault_is_told_at_once_with_its_place():
    text = changed("growth = 9", "growth = 0").replace('region = "cd"', 'region = "hz"')
    text = text.replace("amount_fen = 1000", "amount_fen = 0").replace('"central"', '"east"')
    assert faults_of(text + "colour = 1") == [
        "brand.mode",
        "coupon_kinds[0].amount_fen",
        "coupon_kinds[0].colour",
        "tiers[1].growth",
        "stores[0].region",
    ]


@pytest.mark.parametrize("change", [
    ("brand =", "brand = 1\nbrands =", "brand"),
    ("brand =", "colour = 1\nbrand =", "colour"),
    ("brand =", '"line\\nend" = 1\nbrand =', "'line\\nend'"),
    ('code = "camellia"', 'code = "Camellia"', "brand.code"),
    ('code = "camellia", ', "", "brand.code"),
    ("山茶咖啡", "", "brand.name"),
    ("山茶咖啡", "山\\u0000茶", "brand.name"),
    ("山茶咖啡", "山" * 65, "brand.name"),
    ('"山茶咖啡"', "5", "brand.name"),
    ('regions = [{code = "cd", name = "成都"}]', "regions = {}", "regions"),
    ('regions = [{code = "cd", name = "成都"}]', "regions = [1]", "regions[0]"),
    ('{code = "cd", name = "成都"}', '{code = "cd", name = "a"}, {code = "cd", name = "b"}',
     "regions[1].code"),
    ('store = "cd01"', 'store = "cd02"', "tills[0].store"),
    ("points_per_yuan = 1", "points_per_yuan = 1.0", "points.points_per_yuan"),
    ("points_per_yuan = 1", "points_per_yuan = true", "points.points_per_yuan"),
    ("points_per_yuan = 1", "points_per_yuan = -1", "points.points_per_yuan"),
    ("points_per_yuan = 1", "points_per_yuan = nan", "points.points_per_yuan"),
    ("points_per_yuan = 1", "points_per_yuan = " + "9" * 40, "points.points_per_yuan"),
    ("points_per_yuan = 1", "claim_days = 0", "points.claim_days"),
    ("points_per_yuan = 1", "offset_percent_cap = 101", "points.offset_percent_cap"),
    ('"365d"', '"1y"', "points.expire"),
    ("growth = 0", "growth = 1", "tiers[0].growth"),
    ("growth = 9", "discount_percent = 95", "tiers[1].growth"),
    ("growth = 9", "growth = 9, discount_percent = 0", "tiers[1].discount_percent"),
    ('code = "gold"', 'code = "base"', "tiers[1].code"),
    ('coupon = "w10"', 'coupon = "w11"', "campaigns[0].actions[1].coupon"),
    ("points = 50", "points = 0", "campaigns[0].actions[0].points"),
    ("points = 50", "points = 5.0", "campaigns[0].actions[0].points"),
    ("points = 50", "points = true", "campaigns[0].actions[0].points"),
    ("points = 50", "money = 50", "campaigns[0].actions[0].money"),
    ("points = 50", "tag = ' '", "campaigns[0].actions[0].tag"),
    ("points = 50", "points = 50, tag = 'a'", "campaigns[0].actions[0]"),
    ('{points = 50}, {coupon = "w10"}', "", "campaigns[0].actions"),
    ('"join"', '"leave"', "campaigns[0].trigger"),
])  # fmt: skip
def test_a_wrong_line_is_named_by_its_place(change):
    old, new, path = change
    assert path in faults_of(changed(old, new))


def test_a_growth_that_cannot_be_read_is_one_fault_and_not_two():
    assert faults_of(changed("growth = 9", "growth = 'nine'")) == ["tiers[1].growth"]
    assert faults_of(changed("growth = 0", "growth = 'none'")) == ["tiers[0].growth"]


@pytest.mark.parametrize("figures", [
    'kind = "money_off"\namount_fen = 1000',
    'kind = "percent_off"\ndiscount_percent = 80\nmax_fen = 2000',
    'kind = "percent_off"\ndiscount_percent = 80',
    'kind = "exchange"\nitem = "拿铁"',
    'kind = "trial"\nitem = "拿铁"',
    'kind = "gift"\nitem = "拿铁"',
    'kind = "shipping"\namount_fen = 600',
    'kind = "count"\nitem = "拿铁"\ncount = 10',
])  # fmt: skip
def test_a_coupon_kind_with_its_own_figures_is_taken(figures):
    assert faults_of(changed('kind = "money_off"\namount_fen = 1000', figures)) == []


@pytest.mark.parametrize(("figures", "fields"), [
    ('kind = "money_off"', ["amount_fen"]),
    ('kind = "percent_off"\namount_fen = 5', ["amount_fen", "discount_percent"]),
    ('kind = "percent_off"\ndiscount_percent = 101', ["discount_percent"]),
    ('kind = "gift"', ["item"]),
    ('kind = "shipping"\nitem = "拿铁"\namount_fen = 1', ["item"]),
    ('kind = "count"\nitem = "拿铁"', ["count"]),
    ('kind = "count"\ncount = 0\nitem = "拿铁"', ["count"]),
    ('kind = "money"\namount_fen = 5', ["kind"]),
    ("amount_fen = 5", ["kind"]),
])  # fmt: skip
def test_a_coupon_kind_with_other_figures_is_refused(figures, fields):
    faults = faults_of(changed('kind = "money_off"\namount_fen = 1000', figures))
    assert sorted(faults) == [f"coupon_kinds[0].{field}" for field in fields]


@pytest.mark.parametrize("days", [
    'from = 2027-01-01\nuntil = 2027-01-31', 'from = "2027-01-01"\nuntil = "2027-01-31"',
])  # fmt: skip
def test_a_coupon_kind_may_be_valid_on_fixed_days(days):
    coupon_kind = read(changed('valid = "30d"', days)).coupon_kinds[0]
    assert coupon_kind.valid_from == date(2027, 1, 1)
    assert coupon_kind.as_data()["until"] == "2027-01-31"


@pytest.mark.parametrize(("days", "field"), [
    ("", "valid"),
    ('valid = "30"', "valid"),
    ('valid = "0d"', "valid"),
    ("valid = 30", "valid"),
    ('valid = "30d"\nuntil = 2027-01-31', "valid"),
    ("from = 2027-01-01", "until"),
    ("from = 2027-02-01\nuntil = 2027-01-31", "until"),
    ("until = 2027-01-31T00:00:00Z", "until"),
    ('until = "soon"', "until"),
])  # fmt: skip
def test_a_coupon_kind_whose_validity_is_unclear_is_refused(days, field):
    assert faults_of(changed('valid = "30d"', days)) == [f"coupon_kinds[0].{field}"]


@pytest.mark.parametrize("trigger", [
    "join", "purchase", "birthday", "tier_up", "dormant:90d", "code:WINDOW-1",
    "schedule:0 10 * * *", "schedule:*/15 9-20/2 1,15 jan-mar mon-fri", "schedule:59 23 31 12 7",
])  # fmt: skip
def test_a_campaign_is_set_off_by_what_the_shop_may_write(trigger):
    assert read(changed('"join"', f'"{trigger}"')).campaigns[0].trigger == trigger


@pytest.mark.parametrize("trigger", [
    "", "Join", "join ", "dormant:90", "dormant:0d", "code:", "code:a b", "tier_up:gold",
    "schedule:", "schedule:daily", "schedule:0 10 * *", "schedule:0 10 * * * *",
    "schedule:60 10 * * *", "schedule:0 24 * * *", "schedule:0 0 0 * *", "schedule:0 0 * 13 *",
    "schedule:0 0 * * 8", "schedule:0 9-8 * * *", "schedule:*/0 * * * *", "schedule:5/2 * * * *",
    "schedule:*-5 * * * *", "schedule:0,,1 * * * *", "schedule:0 0 mon * *", "schedule:0  10 * *",
])  # fmt: skip
def test_a_campaign_with_another_trigger_is_refused(trigger):
    assert faults_of(changed('"join"', f'"{trigger}"')) == ["campaigns[0].trigger"]


@pytest.mark.parametrize(("trigger", "message", "faults"), [
    ("schedule:0 10 * * *", '"新品上市"', []),
    ("dormant:60d", '"新品上市"', []),
    ("dormant:60d", '"{称呼}，新品上市"', ["campaigns[0].mass"]),
    ("dormant:60d", '"\uff5b称呼\uff5d，新品上市"', ["campaigns[0].mass"]),
    ("dormant:60d", '{text = "想你了", message_class = "care"}', ["campaigns[0].mass"]),
    ("birthday", '"生日快乐"', ["campaigns[0].mass"]),
    ("purchase", '"新品上市"', ["campaigns[0].mass"]),
])  # fmt: skip
def test_only_offers_by_the_calendar_without_names_may_go_to_many_at_once(trigger, message, faults):
    with_mass = f'"{trigger}", mass = true'
    assert (
        faults_of(changed("points = 50", f"message = {message}").replace('"join"', with_mass))
        == faults
    )


def faults_when_loaded(text: str) -> list[str]:
    with pytest.raises(ShopFileFaults) as wrong:
        read_shop_file(tomllib.loads(text), known=KnownCodes())
    return [fault.path.removeprefix("campaigns[0].") for fault in wrong.value.faults]


NEVER = [
    ('"join"', '"join", stores = ["cd01"]', "stores"),
    ('"join"', '"join", regions = ["cd"]', "regions"),
    ('"join"', '"attended:nosuch"', "trigger"),
    ('"join"', '"schedule:0 10 30 feb *"', "trigger"),
    ('"join"', '"schedule:0 10 31 2,4,jun-jun *"', "trigger"),
    ("points = 50", 'message = "{昵称}，你好"', "actions[0].message"),
    ("points = 50", 'message = "\uff5b昵称\uff5d"', "actions[0].message"),
    ("points = 50", 'message = {text = "{}"}', "actions[0].message"),
    (
        "points = 50",
        'form = {question = "{姓名}？", answers = ["是", "否"]}',
        "actions[0].form",
    ),
]


@pytest.mark.parametrize(("old", "new", "key"), NEVER)
def test_a_campaign_that_could_never_act_is_refused_when_it_is_loaded(old, new, key):
    assert faults_when_loaded(changed(old, new)) == [key]


@pytest.mark.parametrize(("old", "new", "key"), NEVER)
def test_what_was_stored_before_is_read_all_the_same(old, new, key):
    body = read(changed(old, new)).campaigns[0].as_data()
    assert read_shop_file({"campaigns": [body]}).campaigns[0].code == "welcome"


@pytest.mark.parametrize("schedule", ["0 10 29 feb *", "0 10 30 2-3 *", "0 10 */31 feb *"])
def test_a_day_that_comes_now_and_then_is_one(schedule):
    text = changed('"join"', f'"schedule:{schedule}"')
    assert read_shop_file(tomllib.loads(text), known=KnownCodes()).campaigns


def test_messages_may_have_lines_and_emoji_but_no_terminal_codes():
    assert faults_of(changed("points = 50", 'message = "生日快乐\\n👨‍👩‍👧"')) == []
    place = "campaigns[0].actions[0].message"
    assert faults_of(changed("points = 50", 'message = "\\u001b[31m"')) == [place]


@settings(deadline=None)  # the machine may be busy
@given(some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text() | some.dates()
    | some.sampled_from(["cd", "join", "points", "money_off", "30d", "schedule:0 0 1 1 *"]),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(KEY, inner),
    max_leaves=20,
))  # fmt: skip
def test_whatever_stands_in_a_file_is_read_or_refused(value):
    data = value if isinstance(value, dict) else {"stores": value, "tiers": [value]}
    try:
        shop = read_shop_file(data)
    except ShopFileFaults as wrong:
        lines = str(wrong).splitlines()
        assert len(lines) == len(wrong.faults) > 0  # noqa: PT017 - either outcome is right
    else:
        assert read_shop_file(shop.as_data()) == shop


def test_the_rules_understand_what_the_shop_file_lets_through():
    for expire in ("1d", "9999d", "inactive:180d", "month_end", "year_end", "never"):
        points = read(changed('"365d"', f'"{expire}"')).points
        assert points is not None
        assert str(ExpiryPolicy.parse(points.expire)) == expire
    for campaign in read(DEMO.read_text("utf-8")).campaigns:
        assert len(campaign_of(campaign).actions) == len(campaign.actions)
