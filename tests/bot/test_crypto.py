"""The seal of WeChat's pushes: the platform's public vectors, and everything that must not open."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.crypto import AesKey, BadPush, Crypto
from tests.bot.wire import KEY, OTHER_KEY

PUBLIC = Crypto("AAAAA", "A" * 43, "wxba5fad812f8e6fb9")
PAMTEST = Crypto("pamtest", KEY, "wxb11529c136998cb6")
SAFE_ENCRYPT = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZ"
    "qzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2"
    "Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBr"
    "ebufAlr7F9mFUPAJGj04="
)
REPLY_ENCRYPT = (
    "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
)
PAMTEST_ENCRYPT = (
    "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
)


def test_the_public_verification_vector_is_signed():
    expected = "f464b24fc39322e44b38aa78f5edd27bd1441696"
    assert PUBLIC.sign("1714036504", "1514711492") == expected
    assert PUBLIC.is_signed(expected, "1714036504", "1514711492")


def test_the_public_plain_push_vector_is_signed():
    assert PUBLIC.sign("1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"


def test_the_public_safe_push_vector_is_signed_and_opens():
    signature = "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
    assert PUBLIC.is_signed(signature, "1714112445", "415670741", SAFE_ENCRYPT)
    assert PUBLIC.sign("1714112445", "415670741") == "6c5c811b55cc85e0e1b54100749188c20beb3f5d"
    message = PUBLIC.decrypt(SAFE_ENCRYPT).message
    assert len(message) == 167
    assert json.loads(message)["ToUserName"].startswith("gh_")


def test_the_public_reply_vector_is_made_and_signed():
    message, random = b'{"demo_resp":"good luck"}', b"707722b803182950"
    assert PUBLIC.encrypt(message, random=random) == REPLY_ENCRYPT
    signature = PUBLIC.sign("1713424427", "415670741", REPLY_ENCRYPT)
    assert signature == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


def test_the_public_reply_vector_opens():
    assert PUBLIC.decrypt(REPLY_ENCRYPT).message == b'{"demo_resp":"good luck"}'


def test_the_vector_of_the_old_sample_code_holds_in_both_directions():
    message = "我是中文abcd123".encode()
    assert PAMTEST.encrypt(message, random=b"aaaabbbbccccdddd") == PAMTEST_ENCRYPT
    assert PAMTEST.decrypt(PAMTEST_ENCRYPT).message == message


def test_every_padding_length_opens_again():
    for length in range(70):
        message = b"x" * length
        assert PAMTEST.decrypt(PAMTEST.encrypt(message)).message == message


@given(st.binary(max_size=300))
@settings(max_examples=50, deadline=None)
def test_whatever_is_sealed_opens_unchanged(message):
    assert PAMTEST.decrypt(PAMTEST.encrypt(message)).message == message


def test_the_previous_key_opens_and_seals_the_reply():
    old, both = Crypto("t", OTHER_KEY, "wx1"), Crypto("t", KEY, "wx1", OTHER_KEY)
    decrypted = both.decrypt(old.encrypt(b"hello"))
    assert decrypted.message == b"hello"
    assert old.decrypt(both.encrypt(b"answer", key=decrypted.key)).message == b"answer"


def test_a_forgotten_key_opens_nothing():
    with pytest.raises(BadPush):
        Crypto("t", KEY, "wx1").decrypt(Crypto("t", OTHER_KEY, "wx1").encrypt(b"hello"))


def test_the_push_of_another_appid_does_not_open():
    with pytest.raises(BadPush):
        Crypto("t", KEY, "wx1").decrypt(Crypto("t", KEY, "wx2").encrypt(b"hello"))


def sealed_raw(padded: bytes) -> str:
    from base64 import b64encode

    return b64encode(AesKey(KEY).encrypt(padded)).decode()


GOOD = b"r" * 16 + (5).to_bytes(4) + b"hello" + b"wx1"  # 28 bytes, so 4 of padding

BAD_CIPHERTEXTS = {
    "empty": "",
    "not base64": "!!!!",
    "broken base64": "QUJD=RA",
    "not ascii": "积分",
    "half a block": sealed_raw(b"x" * 32)[:20] + "AAAA",
    "a block of 16": sealed_raw(b"x" * 16),
    "padding 0": sealed_raw(GOOD + bytes(4)),
    "padding 33": sealed_raw(GOOD + b"!" * 36),
    "padding not all the same": sealed_raw(GOOD + b"\x01\x02\x03\x04"),
    "padding longer than the text": sealed_raw(b"\x20" * 32),
    "length past the end": sealed_raw(b"r" * 16 + b"\xff" * 4 + b"hellowx1" + b"\x04" * 4),
    "length too short": sealed_raw(b"r" * 16 + (4).to_bytes(4) + b"hellowx1" + b"\x04" * 4),
    "no room for a length": sealed_raw(b"r" * 15 + b"\x11" * 17),
}


@pytest.mark.parametrize("encrypted", BAD_CIPHERTEXTS.values(), ids=BAD_CIPHERTEXTS.keys())
def test_every_fault_of_a_ciphertext_is_one_and_the_same(encrypted):
    with pytest.raises(BadPush) as caught:
        Crypto("t", KEY, "wx1").decrypt(encrypted)
    assert caught.value.reason == "undecryptable"
    assert caught.value.__cause__ is None


def test_the_raw_form_of_the_bad_cases_is_right_because_its_good_twin_opens():
    assert Crypto("t", KEY, "wx1").decrypt(sealed_raw(GOOD + b"\x04" * 4)).message == b"hello"


@pytest.mark.parametrize("signature", ["", "0" * 40, "F464B24F", "积分"])
def test_a_wrong_signature_is_refused_without_an_exception(signature):
    assert not PUBLIC.is_signed(signature, "1714036504", "1514711492")


@pytest.mark.parametrize("key", ["A" * 42, "A" * 10])
def test_a_key_of_the_wrong_length_is_refused(key):
    with pytest.raises(ValueError):  # noqa: PT011 - binascii and we say it differently
        Crypto("t", key, "wx1")
