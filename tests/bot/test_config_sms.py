"""短信设置: a file in the sandbox, a provider in production, or nothing."""

from pathlib import Path

import pytest

from tests.bot.test_config import ENVIRON, PRODUCTION, SANDBOX, faults_of, load

PROVIDER = """
[sms]
url = "https://sms.example/send"
secret_env = "SMS"
"""
WITH_SECRET = {**ENVIRON, "SMS": "c7Qm2ZtRk9Wv4XnB"}


def test_without_the_section_no_sms_is_sent(tmp_path: Path) -> None:
    assert not load(tmp_path, PRODUCTION).sms.is_on
    assert not load(tmp_path, SANDBOX).sms.is_on


def test_the_sandbox_writes_a_file_beside_the_configuration(tmp_path: Path) -> None:
    settings = load(tmp_path, SANDBOX + '[sms]\nfile = "var/sms.jsonl"\n')
    assert settings.sms.file == tmp_path / "var" / "sms.jsonl"
    assert settings.sms.is_on


def test_production_has_a_provider_with_a_secret(tmp_path: Path) -> None:
    sms = load(tmp_path, PRODUCTION + PROVIDER, WITH_SECRET).sms
    assert (sms.url, sms.secret) == ("https://sms.example/send", "c7Qm2ZtRk9Wv4XnB")
    assert "c7Qm2ZtRk9Wv4XnB" not in repr(sms)


@pytest.mark.parametrize(
    ("text", "faulty"),
    [
        ('[sms]\nfile = "a"\n', "sms.file"),
        ('[sms]\nurl = "https://sms.example/send"\n', "sms.secret"),
        (PROVIDER.replace("https", "http"), "sms.url"),
        (PROVIDER.replace("https://sms.example/send", "sms.example"), "sms.url"),
        (PROVIDER + 'file = "a"\n', "sms.file"),
        ('[sms]\nsecret_env = "SMS"\n', "sms.secret"),
        (PROVIDER + "sender = 1\n", "sms.sender"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, faulty: str) -> None:
    assert faulty in faults_of(tmp_path, PRODUCTION + text, WITH_SECRET)


def test_a_short_secret_is_none(tmp_path: Path) -> None:
    assert faults_of(tmp_path, PRODUCTION + PROVIDER, {**ENVIRON, "SMS": "c7Qm2"}) == ["sms.secret"]


def test_unionids_are_asked_for_where_one_person_may_be_met_twice(tmp_path: Path) -> None:
    again = SANDBOX.split("[wechat]")[1].replace('"main"', '"mini"').replace("service", "mini")
    again = again.replace("wx0123456789abcdef", "wx0123456789abcdee")
    again = again.replace("gh_0123456789ab", "gh_0123456789ac")
    assert load(tmp_path, SANDBOX).asks_who == frozenset()
    assert load(tmp_path, SANDBOX + again).asks_who == {"main"}
