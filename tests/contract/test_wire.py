"""The independent client's own crypto against WeChat's published vectors."""

import base64

import pytest

from tests.contract.wire import (
    Account,
    WireFault,
    decrypt,
    encrypt,
    encrypt_blocks,
    fields_of,
    framed,
    opened,
    sealed,
    signature,
    xml_of,
)

DEMO_KEY = base64.b64decode("A" * 43 + "=")
DEMO_APPID = "wxba5fad812f8e6fb9"
SAFE_PUSH = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcv"
    "ZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3F"
    "n2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSe"
    "OBrebufAlr7F9mFUPAJGj04="
)
REPLY = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
ACCOUNT = Account(
    "main", "service", DEMO_APPID, "gh_0123456789ab", "AAAAA", "A" * 43, "secret", "safe"
)


@pytest.mark.parametrize(
    ("parts", "digest"),
    [
        (("1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (("1714112445", "415670741"), "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        (("1714112445", "415670741", SAFE_PUSH), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        (("1713424427", "415670741", REPLY), "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"),
    ],
)
def test_signatures_are_those_wechat_publishes(parts: tuple[str, ...], digest: str) -> None:
    assert signature("AAAAA", *parts) == digest


def test_the_published_push_decrypts() -> None:
    message = decrypt(SAFE_PUSH, key=DEMO_KEY, appid=DEMO_APPID)
    assert len(message) == 167
    assert (message[:1], message[-1:]) == (b"{", b"}")


def test_the_published_reply_encrypts_to_the_byte() -> None:
    message = b'{"demo_resp":"good luck"}'
    made = encrypt(message, key=DEMO_KEY, appid=DEMO_APPID, random=b"707722b803182950")
    assert made == REPLY


def test_the_old_sample_codes_vector_encrypts_to_the_byte() -> None:
    key = base64.b64decode("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG=")
    message, random = "我是中文abcd123".encode(), b"aaaabbbbccccdddd"
    expected = (
        "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    )
    made = encrypt(message, key=key, appid="wxb11529c136998cb6", random=random)
    assert made == expected


def test_what_is_sealed_opens_again_and_only_for_its_appid() -> None:
    message = xml_of({"Content": "积分 <&> ]]>", "ScanCodeInfo": {"ScanResult": "一"}})
    envelope = sealed(ACCOUNT, message)
    encrypted = fields_of(envelope.body)["Encrypt"]
    assert fields_of(decrypt(encrypted, key=ACCOUNT.key, appid=ACCOUNT.appid)) == {
        "Content": "积分 <&> ]]>",
        "ScanCodeInfo": {"ScanResult": "一"},
    }
    with pytest.raises(WireFault):
        decrypt(encrypted, key=ACCOUNT.key, appid="wx0000000000000000")


def test_bad_padding_and_clear_answers_of_a_safe_account_are_faults() -> None:
    uneven = framed(b"x" * 11, DEMO_APPID) + b"\x00" * 11 + b"\x05" * 4
    bad = encrypt_blocks(uneven, DEMO_KEY)
    with pytest.raises(WireFault):
        decrypt(bad, key=DEMO_KEY, appid=DEMO_APPID)
    with pytest.raises(WireFault):
        opened(ACCOUNT, xml_of({"Content": "你好"}))
