"""Message encryption against the platform's public examples."""

import pytest

from sandbox.push.crypto import NotDecipherable, decrypt, encrypt, signature

KEY = "A" * 43
APPID = "wxba5fad812f8e6fb9"
PUSHED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcv"
    "ZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3F"
    "n2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSe"
    "OBrebufAlr7F9mFUPAJGj04="
)
ANSWERED = (
    "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
)
OLD_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_APPID = "wxb11529c136998cb6"
OLD_CIPHER = (
    "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        (("1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (("1714112445", "415670741"), "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        (("1714112445", "415670741", PUSHED), "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
        (("1713424427", "415670741", ANSWERED), "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"),
    ],
)
def test_signatures_are_those_of_the_public_examples(parts: tuple[str, ...], expected: str) -> None:
    assert signature("AAAAA", *parts) == expected


def test_the_public_push_opens() -> None:
    assert len(decrypt(KEY, APPID, PUSHED).encode()) == 167


def test_the_public_reply_is_sealed_the_same_to_the_letter() -> None:
    message = '{"demo_resp":"good luck"}'
    assert encrypt(KEY, APPID, message, prefix=b"707722b803182950") == ANSWERED


def test_the_chinese_example_of_the_old_sample_code_goes_both_ways() -> None:
    message = "我是中文abcd123"
    assert encrypt(OLD_KEY, OLD_APPID, message, prefix=b"aaaabbbbccccdddd") == OLD_CIPHER
    assert decrypt(OLD_KEY, OLD_APPID, OLD_CIPHER) == message


@pytest.mark.parametrize("length", range(33))
def test_every_length_of_padding_is_removed_again(length: int) -> None:
    message = "x" * length
    assert decrypt(KEY, APPID, encrypt(KEY, APPID, message)) == message


@pytest.mark.parametrize("broken", ["", "no base64!", "AAAA", OLD_CIPHER, PUSHED[:-24]])
def test_what_was_not_made_with_this_key_is_refused(broken: str) -> None:
    with pytest.raises(NotDecipherable):
        decrypt(KEY, APPID, broken)


def test_a_message_for_another_account_is_refused() -> None:
    with pytest.raises(NotDecipherable, match="another appid"):
        decrypt(KEY, "wx0000000000000000", PUSHED)
