"""Configuration (配置): what starts, and what every wrong setting is told."""

import tomllib
from pathlib import Path

import pytest

from bot.config import ConfigurationFaults, Settings, check_config_lines, load_settings
from bot.config_secrets import DOCUMENTED_EXAMPLES, weakness_of

ROOT = Path(__file__).parent.parent.parent
AES_KEY = "q7ZtRk2mWv9XcLb4Ns8HdYp3FgJx6TaQeUo5BiKrMzC"
SANDBOX = f"""
environment = "sandbox"
[wechat]
[[wechat.accounts]]
name = "main"
kind = "service"
appid = "wx0123456789abcdef"
original_id = "gh_0123456789ab"
token = "abc"
aes_key = "{AES_KEY}"
secret = "s"
"""
PRODUCTION = """
environment = "production"
[server]
public_url = "https://shop.example"
[wechat]
[[wechat.accounts]]
name = "main"
kind = "service"
appid = "wx0123456789abcdef"
original_id = "gh_0123456789ab"
token_env = "TOKEN"
aes_key_env = "AES_KEY"
secret_env = "APP"
"""
ENVIRON = {
    "TOKEN": "Rk7tWq2ZpX9vB4nM",
    "AES_KEY": AES_KEY,
    "APP": "9f3c1e7ab2d84650c7e1f09a3b5d6284",
}


def load(folder: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, ENVIRON if environ is None else environ)


def faults_of(folder: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    """The settings that are refused."""
    try:
        load(folder, text, environ)
    except ConfigurationFaults as wrong:
        return [fault.setting for fault in wrong.faults]
    return []


def test_the_demo_configuration_starts_as_it_is():
    settings = load_settings(ROOT / "config.toml", {})
    assert [account.name for account in settings.wechat.accounts] == ["main", "mini"]
    assert settings.is_sandbox
    assert settings.warnings == ()


def test_every_secret_of_the_demo_is_known_as_public():
    accounts = tomllib.loads((ROOT / "config.toml").read_text("utf-8"))["wechat"]["accounts"]
    secrets = [account[key] for account in accounts for key in ("token", "aes_key", "secret")]
    assert {secret.lower() for secret in secrets} <= DOCUMENTED_EXAMPLES


def test_the_demo_configuration_does_not_start_in_production(tmp_path):
    text = (ROOT / "config.toml").read_text("utf-8")
    faults = faults_of(
        tmp_path, text.replace('environment = "sandbox"', 'environment = "production"')
    )
    for secret in ("token", "aes_key", "secret"):
        assert f"wechat.accounts[0].{secret}" in faults
    assert "server.public_url" in faults


def test_the_smallest_configuration_takes_the_defaults(tmp_path):
    settings = load(tmp_path, SANDBOX)
    assert (settings.server.port, settings.server.admin_port) == (8000, 8002)
    assert settings.wechat.api_base == "https://api.weixin.qq.com"
    assert settings.wechat.accounts[0].mode == "safe"


def test_relative_paths_start_at_the_folder_of_the_configuration(tmp_path):
    settings = load(tmp_path, SANDBOX)
    assert settings.keys.file == tmp_path / "var/keys.toml"
    assert settings.audit.anchor_file == tmp_path / "var/audit-anchors.jsonl"
    assert settings.database.url == f"sqlite://{tmp_path}/var/shuke.db"


def test_a_production_configuration_with_good_secrets_starts(tmp_path):
    account = load(tmp_path, PRODUCTION).wechat.accounts[0]
    assert (account.token, account.aes_key) == (ENVIRON["TOKEN"], AES_KEY)
    assert account.secret == ENVIRON["APP"]


def test_a_secret_comes_from_a_file_beside_the_configuration(tmp_path):
    (tmp_path / "app").write_text(ENVIRON["APP"] + "\n")
    (tmp_path / "app").chmod(0o600)
    settings = load(tmp_path, PRODUCTION.replace('secret_env = "APP"', 'secret_file = "app"'))
    assert settings.wechat.accounts[0].secret == ENVIRON["APP"]


def test_a_secret_file_that_others_may_read_is_refused_in_production(tmp_path):
    (tmp_path / "app").write_text(ENVIRON["APP"])
    (tmp_path / "app").chmod(0o640)
    text = PRODUCTION.replace('secret_env = "APP"', 'secret_file = "app"')
    assert faults_of(tmp_path, text) == ["wechat.accounts[0].secret_file"]


def test_a_key_ring_that_others_may_read_is_refused(tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var/keys.toml").touch(mode=0o644)
    assert faults_of(tmp_path, SANDBOX) == ["keys.file"]


def test_every_fault_is_told_at_once(tmp_path):
    text = SANDBOX.replace('"service"', '"shop"').replace("[wechat]", "[wechat]\ncolour = 1")
    text = text.replace('"sandbox"', '"sandbox"\n[server]\nport = 0\nadmin_port = "x"')
    assert faults_of(tmp_path, text) == [
        "server.port",
        "server.admin_port",
        "wechat.accounts[0].kind",
        "wechat.colour",
    ]


@pytest.mark.parametrize("change", [
    ('environment = "sandbox"', 'environment = "sandbox"\nport = 1', "port"),
    ('environment = "sandbox"', 'environment = ["sandbox"]\nserver = 3', "server"),
    ('kind = "service"', "kind = true", "wechat.accounts[0].kind"),
    ('name = "main"', "", "wechat.accounts[0].name"),
    ('name = "main"', 'name = "../x"', "wechat.accounts[0].name"),
    ("wx0123456789abcdef", "wx0123456789ABCDEF", "wechat.accounts[0].appid"),
    ("gh_0123456789ab", "0123456789ab", "wechat.accounts[0].original_id"),
    ('token = "abc"', 'token = "ab"', "wechat.accounts[0].token"),
    ('token = "abc"', 'token = "a-b-c"', "wechat.accounts[0].token"),
    ('token = "abc"', "", "wechat.accounts[0].token"),
    ('token = "abc"', 'token_env = "NOT_THERE"', "wechat.accounts[0].token_env"),
    ('token = "abc"', 'token_file = "not-there"', "wechat.accounts[0].token_file"),
    ('token = "abc"', 'token = "abc"\ntoken_env = "TOKEN"', "wechat.accounts[0].token"),
    (AES_KEY, AES_KEY[1:], "wechat.accounts[0].aes_key"),
    (AES_KEY, AES_KEY[1:] + "+", "wechat.accounts[0].aes_key"),
    ('token = "abc"', f'token = "abc"\naes_key_previous = "{AES_KEY}"',
     "wechat.accounts[0].aes_key_previous"),
    ('secret = "s"', "secret = 5", "wechat.accounts[0].secret"),
    ("[wechat]", '[wechat]\napi_base = "https://api/"', "wechat.api_base"),
    ("[wechat]", '[wechat]\napi_base = "ftp://api"', "wechat.api_base"),
    ("[wechat]", '[wechat]\napi_base = "https://api?x=1"', "wechat.api_base"),
    ("[wechat]", '[wechat]\napi_base = "https://api:99999"', "wechat.api_base"),
    ("[wechat]", '[server]\nport = 8002\n[wechat]', "server.admin_port"),
    ("[wechat]", '[server]\nport = true\n[wechat]', "server.port"),
    ("[wechat]", '[server]\nport = 65536\n[wechat]', "server.port"),
    ("[wechat]", '[server]\nhost = "a b"\n[wechat]', "server.host"),
    ("[wechat]", '[database]\nurl = "mysql://root@x/y"\n[wechat]', "database.url"),
    ("[wechat]", '[database]\nurl = "sqlite://:memory:"\n[wechat]', "database.url"),
    ("[wechat]", '[database]\nurl = "postgres://host/name"\n[wechat]', "database.url"),
    ("[wechat]", '[database]\nurl = "postgres://a:b@host/name"\n[wechat]', "database.url"),
    ("[wechat]", '[database]\npassword = "elephants"\n[wechat]', "database.password"),
    ("[wechat]", '[database]\npool_size = 0\n[wechat]', "database.pool_size"),
    ("[wechat]", '[redis]\nurl = "redis://host/first"\n[wechat]', "redis.url"),
    ("[wechat]", '[redis]\nurl = "http://host"\n[wechat]', "redis.url"),
    ("[wechat]", '[keys]\nfile = ""\n[wechat]', "keys.file"),
    ("[wechat]", '[audit]\nanchor_file = ""\n[wechat]', "audit.anchor_file"),
    ("[wechat]", '[audit]\nanchors = "a"\n[wechat]', "audit.anchors"),
])  # fmt: skip
def test_a_wrong_setting_is_named(tmp_path, change):
    old, new, setting = change
    assert old in SANDBOX
    assert setting in faults_of(tmp_path, SANDBOX.replace(old, new))


@pytest.mark.parametrize("token", [
    "Rk7tWq2Z", "aaaaaaaaaaaaaaaa", "abababababababab", "AAAAA", "pamtest", "ShukeDemoMainToken",
    "changeme12345678", "",
])  # fmt: skip
def test_a_token_that_can_be_guessed_is_refused_in_production(tmp_path, token):
    (fault,) = faults_of(tmp_path, PRODUCTION, {**ENVIRON, "TOKEN": token})
    assert fault.startswith("wechat.accounts[0].token")


@pytest.mark.parametrize("aes_key", ["A" * 43, "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"])
def test_the_keys_of_public_test_vectors_are_refused_in_production(tmp_path, aes_key):
    faults = faults_of(tmp_path, PRODUCTION, {**ENVIRON, "AES_KEY": aes_key})
    assert faults == ["wechat.accounts[0].aes_key"]


def test_plain_mode_needs_a_word_of_its_own_in_production(tmp_path):
    plain = PRODUCTION + 'mode = "plain"\n'
    assert faults_of(tmp_path, plain) == ["wechat.accounts[0].mode"]
    assert load(tmp_path, plain + "allow_plain = true\n").warnings != ()


def test_plain_mode_in_the_sandbox_is_a_warning(tmp_path):
    settings = load(tmp_path, SANDBOX + 'mode = "plain"\n')
    assert settings.warnings[0].startswith("wechat.accounts[0].mode")


def test_production_speaks_https_except_with_its_own_machine(tmp_path):
    assert faults_of(tmp_path, PRODUCTION.replace("https:", "http:")) == ["server.public_url"]
    far = PRODUCTION.replace("[wechat]", '[wechat]\napi_base = "http://api.weixin.qq.com"')
    assert faults_of(tmp_path, far) == ["wechat.api_base"]
    near = PRODUCTION.replace("[wechat]", '[wechat]\napi_base = "http://127.0.0.1:9000"')
    assert faults_of(tmp_path, near) == []


def test_a_database_over_the_network_needs_a_password_in_production(tmp_path):
    far = PRODUCTION + '[database]\nurl = "postgres://shuke@db.example:5432/shuke"\n'
    assert faults_of(tmp_path, far) == ["database.password"]
    near = far.replace("db.example", "127.0.0.1")
    assert load(tmp_path, near).database.url == "postgres://shuke@127.0.0.1:5432/shuke"


def test_two_accounts_may_not_share_name_or_appid(tmp_path):
    second = SANDBOX[SANDBOX.index("[[wechat") :]
    names = [f"wechat.accounts[1].{key}" for key in ("name", "appid", "original_id")]
    assert faults_of(tmp_path, SANDBOX + second) == names


def test_an_unknown_key_is_answered_with_the_nearest_known_one(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(SANDBOX + "[server]\nadmin_prt = 9\n")
    line = "server.admin_prt: is not a setting: write admin_port, or remove it"
    assert check_config_lines(file, {}) == [line]


@pytest.mark.parametrize("text", [
    "", "environment =", "x = 1\nx = 2", "a = " + "[" * 5000, "n = " + "9" * 5000, "f = nan",
    "d = 1979-05-27", '"line\\nend" = 1', "\ufeffenvironment = 1",
])  # fmt: skip
def test_a_malformed_configuration_is_told_in_whole_lines(tmp_path, text):
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    lines = check_config_lines(file, {})
    assert lines
    assert all(line.count(": ") >= 2 and line.isprintable() for line in lines)


def test_a_configuration_that_is_not_there_or_no_text_is_told(tmp_path):
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    for name in ("missing.toml", "binary.toml", "."):
        assert len(check_config_lines(tmp_path / name, {})) == 1


def test_no_secret_shows_in_faults(tmp_path):
    canary = "Canary5Wq2ZpX9v"
    text = PRODUCTION.replace('token_env = "TOKEN"', f'token = "{canary}"')
    text += f'[database]\nurl = "postgres://u:{canary}@h/n"\npassword_env = "{canary} "\n'
    text += f'[redis]\nurl = "redis://:{canary}@h"\npassword_file = "{canary}"\n'
    file = tmp_path / "config.toml"
    file.write_text(text)
    lines = check_config_lines(file, {"AES_KEY": canary, "APP": canary})
    assert len(lines) == 7
    assert canary not in "\n".join(lines)


def test_no_secret_shows_where_settings_are_printed(tmp_path):
    printed = repr(load(tmp_path, PRODUCTION))
    assert "wx0123456789abcdef" in printed
    assert [secret for secret in ENVIRON.values() if secret in printed] == []


def test_a_filler_counts_only_at_the_start_of_a_secret():
    assert weakness_of("changeme9f3c1e7ab2d8", shortest=12)
    assert weakness_of("9f3c1e7ab2d8xxxx1234", shortest=12) is None
