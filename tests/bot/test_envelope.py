"""What surrounds a push: who may send it, in which mode, how old, and how the reply goes back."""

import json
from dataclasses import replace
from random import Random

import pytest

from bot.crypto import BadPush
from bot.envelope import open_push, seal_reply, verify_address
from bot.markup import UselessPush, read_xml
from tests.bot.test_crypto import SAFE_ENCRYPT
from tests.bot.wire import (
    COMPATIBLE,
    KEY,
    MINI,
    NOW,
    OTHER_KEY,
    PLAIN,
    SAFE,
    changed,
    crypto_of,
    opened,
    outer_xml,
    plain_query,
    safe_push,
    safe_query,
    text_xml,
    without,
)


def test_a_good_verification_gets_its_echo_back():
    query = [*plain_query(SAFE), ("echostr", "4375120948345356249")]
    assert verify_address(query, account=SAFE, now_seconds=NOW) == "4375120948345356249"


@pytest.mark.parametrize("echo", [[], [("echostr", "")], [("echostr", "x" * 257)]])
def test_a_verification_without_a_sane_echo_is_refused(echo):
    with pytest.raises(BadPush):
        verify_address([*plain_query(SAFE), *echo], account=SAFE, now_seconds=NOW)


def test_a_safe_push_opens():
    push = opened(*safe_push(text_xml("积分")))
    assert push.fields["Content"] == "积分"
    assert push.key is not None


def test_the_public_safe_vector_opens_as_a_json_push_of_a_mini_program():
    account = replace(MINI, aes_key="A" * 43)
    query = [
        ("signature", "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        ("timestamp", "1714112445"),
        ("nonce", "415670741"),
        ("openid", "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"),
        ("encrypt_type", "aes"),
        ("msg_signature", "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
    ]
    body = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": SAFE_ENCRYPT}).encode()
    push = open_push(query, body, "application/json", account=account, now_seconds=1714112445)
    assert push.is_json
    assert push.fields["ToUserName"] == "gh_97417a04a28d"


def test_a_compatible_push_is_read_from_its_ciphertext_only():
    encrypted = crypto_of(COMPATIBLE).encrypt(text_xml("积分"))
    body = outer_xml(encrypted, clear="<Content>充值 100</Content>")
    push = opened(safe_query(encrypted), body, COMPATIBLE)
    assert push.fields["Content"] == "积分"


def test_a_plain_push_opens_in_plain_mode():
    push = opened([*plain_query(), ("encrypt_type", "raw")], text_xml("积分"), PLAIN)
    assert push.fields["Content"] == "积分"
    assert push.key is None


def test_an_account_still_in_plain_mode_opens_an_encrypted_push():
    assert opened(*safe_push(text_xml("积分")), PLAIN).fields["Content"] == "积分"


def test_an_account_without_a_key_opens_clear_pushes_and_refuses_encrypted_ones():
    keyless = replace(PLAIN, aes_key="")
    assert opened(plain_query(), text_xml("积分"), keyless).fields["Content"] == "积分"
    with pytest.raises(BadPush, match="undecryptable"):
        opened(*safe_push(text_xml("积分")), keyless)


@pytest.mark.parametrize("account", [SAFE, COMPATIBLE])
def test_a_clear_push_is_refused_outside_plain_mode(account):
    with pytest.raises(BadPush, match="mode"):
        opened(plain_query(account), text_xml(), account)


@pytest.mark.parametrize("account", [SAFE, COMPATIBLE])
def test_the_clear_signature_does_not_stand_in_for_the_message_signature(account):
    query, body = safe_push(text_xml())
    clear_signature = dict(query)["signature"]
    with pytest.raises(BadPush, match="msg_signature"):
        opened(changed(query, "msg_signature", clear_signature), body, account)


@pytest.mark.parametrize(
    "name", ["signature", "timestamp", "nonce", "msg_signature", "encrypt_type"]
)
def test_a_safe_push_without_one_of_its_parameters_is_refused(name):
    query, body = safe_push(text_xml())
    with pytest.raises(BadPush):
        opened(without(query, name), body)


@pytest.mark.parametrize("name", ["timestamp", "nonce", "msg_signature", "encrypt_type", "openid"])
def test_a_repeated_parameter_is_refused(name):
    query, body = safe_push(text_xml())
    query.append(("openid", "o1"))
    with pytest.raises(BadPush, match="repeated"):
        opened([*query, (name, dict(query)[name])], body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timestamp", "\uff11714112445"),
        ("timestamp", "1714112445\n"),
        ("timestamp", "+714112445"),
        ("timestamp", "17141124450"),
        ("nonce", "n" * 65),
        ("nonce", ""),
        ("nonce", "积分"),
        ("encrypt_type", "des"),
        ("msg_signature", "0" * 40),
        ("msg_signature", "0" * 39),
        ("signature", "0" * 40),
        ("signature", "0" * 39),
    ],
)
def test_a_parameter_of_the_wrong_shape_is_refused(name, value):
    query, body = safe_push(text_xml())
    with pytest.raises(BadPush):
        opened(changed(query, name, value), body)


def test_an_upper_case_signature_is_refused():
    query, body = safe_push(text_xml())
    with pytest.raises(BadPush):
        opened(changed(query, "msg_signature", dict(query)["msg_signature"].upper()), body)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_push_older_or_newer_than_five_minutes_is_refused(seconds):
    with pytest.raises(BadPush, match="age"):
        opened(plain_query(timestamp=NOW + seconds), text_xml(), PLAIN)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_push_of_exactly_five_minutes_opens(seconds):
    assert opened(plain_query(timestamp=NOW + seconds), text_xml(), PLAIN).fields


def test_a_shifted_boundary_between_timestamp_and_nonce_is_refused():
    query = plain_query(nonce="42")
    query = changed(changed(query, "timestamp", f"{NOW}4"), "nonce", "2")
    with pytest.raises(BadPush):
        opened(query, text_xml(), PLAIN)


@pytest.mark.parametrize(
    "body",
    [b"", b"<xml>", b"<xml></xml>", b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
     b"<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>", outer_xml("积")],
)  # fmt: skip
def test_a_broken_outer_body_is_refused_because_nothing_proves_it(body):
    query, _ = safe_push(text_xml())
    with pytest.raises(BadPush):
        opened(query, body)


def test_a_signed_ciphertext_that_does_not_open_is_refused():
    encrypted = crypto_of(SAFE, OTHER_KEY).encrypt(text_xml())
    with pytest.raises(BadPush, match="undecryptable"):
        opened(safe_query(encrypted), outer_xml(encrypted))


def test_an_outer_field_that_contradicts_the_signed_content_is_refused():
    encrypted = crypto_of(SAFE).encrypt(text_xml())
    body = outer_xml(encrypted, clear="<ToUserName>gh_other</ToUserName>")
    with pytest.raises(BadPush, match="outer_body"):
        opened(safe_query(encrypted), body)


def test_no_mutation_of_a_push_is_taken_for_another():
    query, body = safe_push(text_xml("积分"))
    chance = Random(7)
    for _ in range(500):
        place, letter = chance.randrange(len(body)), chance.randrange(256)
        mutated = body[:place] + bytes([letter]) + body[place + 1 :]
        try:
            assert opened(query, mutated).fields["Content"] == "积分"
        except BadPush:
            continue


def test_the_signature_is_checked_before_anything_is_decrypted():
    encrypted = crypto_of(SAFE, OTHER_KEY).encrypt(text_xml())
    with pytest.raises(BadPush, match="msg_signature"):
        opened(changed(safe_query(encrypted), "msg_signature", "0" * 40), outer_xml(encrypted))


@pytest.mark.parametrize("message", [b"", b"hello", b"<xml><a></xml>", b"<html></html>"])
def test_broken_content_of_an_authentic_push_is_useless_but_not_refused(message):
    with pytest.raises(UselessPush):
        opened(*safe_push(message))


def test_only_mini_programs_may_speak_json():
    encrypted = crypto_of(SAFE).encrypt(b"{}")
    body = json.dumps({"Encrypt": encrypted}).encode()
    with pytest.raises(BadPush, match="outer_body"):
        opened(safe_query(encrypted), body, SAFE)
    assert opened(safe_query(encrypted), body, MINI).is_json


def test_an_encrypted_reply_proves_itself_and_opens():
    push = opened(*safe_push(text_xml()))
    sealed = seal_reply("<xml>你好</xml>", push)
    fields = read_xml(sealed.body)
    crypto = crypto_of(SAFE)
    signed = (str(fields["TimeStamp"]), str(fields["Nonce"]), str(fields["Encrypt"]))
    assert crypto.is_signed(str(fields["MsgSignature"]), *signed)
    assert crypto.decrypt(str(fields["Encrypt"])).message == "<xml>你好</xml>".encode()
    assert sealed.content_type == "text/xml"


def test_the_reply_is_sealed_with_the_key_that_opened_the_push():
    account = replace(SAFE, aes_key=OTHER_KEY, aes_key_previous=KEY)
    query, body = safe_push(text_xml(), SAFE, KEY)
    fields = read_xml(seal_reply("<xml></xml>", opened(query, body, account)).body)
    assert crypto_of(SAFE, KEY).decrypt(str(fields["Encrypt"])).message == b"<xml></xml>"


def test_a_json_push_gets_a_json_reply():
    encrypted = crypto_of(MINI).encrypt(b'{"MsgType": "text"}')
    body = json.dumps({"Encrypt": encrypted}).encode()
    sealed = seal_reply('{"a": 1}', opened(safe_query(encrypted), body, MINI))
    assert sealed.content_type == "application/json"
    assert crypto_of(MINI).decrypt(json.loads(sealed.body)["Encrypt"]).message == b'{"a": 1}'


@pytest.mark.parametrize("text", ["", "success"])
def test_no_reply_stays_clear_in_safe_mode(text):
    assert seal_reply(text, opened(*safe_push(text_xml()))).body == text.encode()


def test_a_clear_push_gets_a_clear_reply():
    push = opened(plain_query(), text_xml(), PLAIN)
    assert seal_reply("<xml>你好</xml>", push).body == "<xml>你好</xml>".encode()


def test_a_nonce_cannot_break_out_of_the_reply():
    encrypted = crypto_of(SAFE).encrypt(text_xml())
    query = safe_query(encrypted, nonce="]]><Evil/>")
    fields = read_xml(seal_reply("<xml></xml>", opened(query, outer_xml(encrypted))).body)
    assert fields["Nonce"] == "]]><Evil/>"
    assert "Evil" not in fields


def test_no_secret_of_an_account_shows_in_its_repr():
    for secret in (SAFE.token, SAFE.aes_key, SAFE.secret):
        assert secret not in repr(SAFE)
