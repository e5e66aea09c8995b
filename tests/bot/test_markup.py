"""WeChat's XML and JSON: what is read, what is cleaned, what is refused before it is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.markup import UselessPush, cdata, clean, read_json, read_xml


def test_a_flat_message_becomes_plain_fields():
    fields = read_xml(b"<xml><A><![CDATA[one]]></A>\n<B>2</B><C/></xml>")
    assert fields == {"A": "one", "B": "2", "C": ""}


def test_nested_elements_become_nested_fields():
    fields = read_xml(b"<xml><I> <T>qrcode</T> <R>x</R> </I></xml>")
    assert fields == {"I": {"T": "qrcode", "R": "x"}}


def test_repeated_elements_become_a_list():
    fields = read_xml(b"<xml><L><T>1</T></L><L><T>2</T></L><L><T>3</T></L></xml>")
    assert fields == {"L": [{"T": "1"}, {"T": "2"}, {"T": "3"}]}


def test_emoji_line_breaks_and_split_sections_survive():
    text = "好😀👨\u200d👩\u200d👧\n]]>&<b>"
    assert read_xml(f"<xml><A>{cdata(text)}</A></xml>".encode()) == {"A": text}


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE xml><xml><A>1</A></xml>",
        b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><A>&a;</A></xml>',
        b'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><A>&a;</A></xml>',
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml><A>1</A></xml>',
        b'<!DOCTYPE z [<!ENTITY a "' + b"x" * 9000 + b'">]><xml>' + b"<A>&a;</A>" * 900 + b"</xml>",
    ],
    ids=["bare", "internal", "external entity", "external subset", "quadratic"],
)
def test_a_document_type_is_refused_before_anything_expands(body):
    with pytest.raises(UselessPush, match="doctype"):
        read_xml(body)


def test_a_document_type_inside_a_text_is_only_text():
    assert read_xml(b"<xml><A><![CDATA[<!DOCTYPE x>]]></A></xml>") == {"A": "<!DOCTYPE x>"}


@pytest.mark.parametrize(
    "body",
    [b"", b"hello", b"<xml>", b"<xml><A></xml>", b"<xml>only text</xml>", b"<xml/>",
     b"<a><B>1</B></a>", b"<xml><A>&nothing;</A></xml>", b"<xml><A>&#0;</A></xml>",
     b"<xml><A>&#xD83D;</A></xml>",
     b"<xml><A>1</A></xml><xml/>", b"{}"],
)  # fmt: skip
def test_broken_xml_is_one_kind_of_useless(body):
    with pytest.raises(UselessPush, match="broken_xml"):
        read_xml(body)


def test_a_tower_of_elements_is_refused():
    with pytest.raises(UselessPush, match="too_deep"):
        read_xml(b"<xml>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</xml>")


def test_what_no_database_holds_is_dropped_and_broken_bytes_are_replaced():
    body = b"\xef\xbb\xbf<xml><A><![CDATA[a\x00b\x08c\xc0\xafd\xed\xa0\xbde]]></A></xml>"
    value = read_xml(body)["A"]
    assert isinstance(value, str)
    assert value.replace("\ufffd", "") == "abcde"


def test_included_files_are_not_included():
    body = b'<xml><i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd"/></xml>'
    assert read_xml(body) == {"i:include": ""}


def test_json_numbers_keep_every_digit_as_text():
    fields = read_json(b'{"MsgId": 3717005636572528642, "N": null, "B": true, "F": 1.50}')
    assert fields == {"MsgId": "3717005636572528642", "N": "", "B": "true", "F": "1.50"}


def test_json_lists_and_objects_nest():
    assert read_json(b'{"List": [{"T": 1}, "x"], "O": {"P": []}}') == {
        "List": [{"T": "1"}, "x"],
        "O": {"P": []},
    }


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"1", b"{", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}',
     b'{"a": 1, "a": 2}', b'{"a": 1, "\\u0000a": 2}', b'{"a": ' + b"9" * 5000 + b"}",
     b'{"a": 0.' + b"9" * 50 + b"}", b'{"a": ' + b"[" * 100_000, b'{"a": 1} x', b"<xml/>"],
)  # fmt: skip
def test_loose_json_is_useless(body):
    with pytest.raises(UselessPush, match="broken_json"):
        read_json(body)


def test_a_tower_of_lists_is_refused():
    with pytest.raises(UselessPush):
        read_json(b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}")


def test_escaped_control_characters_and_lone_surrogates_are_dropped_from_json():
    assert read_json(rb'{"a": "x\u0000\ud83dy\ud83d\ude00"}') == {"a": "xy😀"}


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_goes_through_a_section_and_comes_back_clean(text):
    written = clean(text).replace("\r\n", "\n").replace("\r", "\n")
    body = f"<xml><A>{cdata(text)}</A></xml>".encode()
    assert read_xml(body)["A"] == written


@given(st.binary(max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_bytes_raise_anything_but_useless(data):
    for read in (read_xml, read_json):
        try:
            read(data)
        except UselessPush:
            continue
