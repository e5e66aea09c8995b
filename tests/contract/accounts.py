"""The brand of these tests: its WeChat accounts, shop file and configuration (contract 2, 3)."""

from collections.abc import Mapping
from typing import Any

from tests.contract.wire import Account

MAIN = Account(
    name="main",
    kind="service",
    appid="wx5d0000000000a001",
    original_id="gh_5d000000a001",
    token="Qx7mT2vLp9Rk",
    aes_key="kR4tZ8wYq1Vn6BsDf3GhJ5mLx7Cp9Ea2UoNi0KdTyWQ",
    secret="5f2b8c1de09a47634b7e90c2a8d1f365",
)
MINI = Account(
    name="mini",
    kind="mini",
    appid="wx5d0000000000b002",
    original_id="gh_5d000000b002",
    token="Hn3cW8sJd5Zb",
    aes_key="Zt6yUq2Wm9Ex4RvBn7CsLk1Jp5HgFd8Sa3QoPi0TyWE",
    secret="a91c4e7d20b8f6536cd18e2f7b90a4d5",
)
OPEN = Account(
    name="street",
    kind="subscription",
    appid="wx5d0000000000c003",
    original_id="gh_5d000000c003",
    token="Vb9kF4xGt6Nw",
    aes_key="Pq8wOe3Ir5Ut7Yx1Zc9Vb4Nm6La2Ks0Jd8Hf5GgTrQU",
    secret="c7d3509be8f1426a9b20d5e47f8a6c13",
    mode="compatible",
)
BARE = Account(
    name="bare",
    kind="subscription",
    appid="wx5d0000000000d004",
    original_id="gh_5d000000d004",
    token="Sd6jM1zKy8Qe",
    aes_key="Lm3nBv7Cx5Za9Sd1Fg4Hj6Kl8Qw2Er0Ty5Ui7OpPaSE",
    secret="e4b18f60d29c7a350f6b8e1da4c72953",
    mode="plain",
)
ACCOUNTS = (MAIN, MINI, OPEN, BARE)
PREVIOUS_KEY = "Gh5jKl2Zx8Cv4Bn6Mq1We9Rt3Yu7Io0PaSdFg5HjKlE"
OLD_MAIN = Account(
    MAIN.name, MAIN.kind, MAIN.appid, MAIN.original_id, MAIN.token, PREVIOUS_KEY, MAIN.secret
)

WELCOME_POINTS = 50
SHOP = """
[brand]
code = "camellia"
name = "山茶咖啡"
mode = "central"

[[regions]]
code = "cd"
name = "成都"

[[stores]]
code = "cd01"
region = "cd"
name = "春熙路店"

[[stores]]
code = "cd02"
region = "cd"
name = "锦里店"

[[tills]]
code = "cd02-1"
store = "cd02"

[[tills]]
code = "cd01-1"
store = "cd01"

[[tills]]
code = "cd01-2"
store = "cd01"

[[tills]]
code = "cd01-3"
store = "cd01"

[points]
points_per_yuan = 1
expire = "365d"
pending_days = 0
claim_days = 30
value_fen = 1
offset_unit = 100
offset_percent_cap = 50

[[tiers]]
code = "base"
name = "普通会员"
growth = 0
discount_percent = 100

[[tiers]]
code = "silver"
name = "银卡会员"
growth = 500
discount_percent = 95

[[promotions]]
code = "tea88"
name = "茶饮 88 折"
kind = "percent_off"
discount_percent = 88
categories = ["茶饮"]

[wallet]
limit_fen = 500000
hold_minutes = 15
confirm_above_fen = 100000

[[topup_offers]]
code = "topup500"
paid_fen = 50000
bonus_fen = 5000
bonus_days = 365

[[topup_offers]]
code = "topup1000"
paid_fen = 100000
bonus_fen = 15000

[[coupon_kinds]]
code = "welcome10"
name = "新人券"
kind = "money_off"
amount_fen = 1000
threshold_fen = 5000
valid = "30d"
stock = 1000000
per_member = 1

[[campaigns]]
code = "welcome"
trigger = "join"
actions = [{points = 50}, {coupon = "welcome10"}]
"""


def configuration(accounts: tuple[Account, ...], facts: Mapping[str, Any]) -> str:
    """`facts`: port, admin_port, database, redis, api."""
    head = f"""
environment = "sandbox"

[server]
host = "127.0.0.1"
port = {facts["port"]}
admin_port = {facts["admin_port"]}
public_url = "http://127.0.0.1:{facts["port"]}"

[database]
url = "{facts["database"]}"

[redis]
url = "{facts["redis"]}"

[keys]
file = "var/keys.toml"

[wechat]
api_base = "{facts["api"]}"
mp_base = "{facts["api"]}"
oauth_base = "{facts["api"]}"
"""
    return head + "".join(account_table(account) for account in accounts)


def account_table(account: Account) -> str:
    previous = f'aes_key_previous = "{PREVIOUS_KEY}"\n' if account.name == "main" else ""
    return f"""
[[wechat.accounts]]
name = "{account.name}"
kind = "{account.kind}"
appid = "{account.appid}"
original_id = "{account.original_id}"
token = "{account.token}"
aes_key = "{account.aes_key}"
mode = "{account.mode}"
secret = "{account.secret}"
{previous}"""
