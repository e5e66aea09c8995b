"""Sealing (加密存储): what a stolen or shuffled database gives away, which is nothing."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from storage.keyring import PURPOSES, KeyRing
from storage.sealing import (
    CannotUnseal,
    blind_index,
    needs_reseal,
    seal,
    seal_bytes,
    unseal,
    unseal_bytes,
)

RING = KeyRing({purpose: {1: os.urandom(32)} for purpose in PURPOSES})
PHONE = {"table": "members", "column": "phone", "row": 7}
TILL = {"table": "tills", "column": "key", "row": 3}


@settings(deadline=None)  # the machine may be busy
@given(some.text())
def test_what_was_sealed_is_read_back_at_its_place(text):
    assert unseal(RING, seal(RING, text, **PHONE), **PHONE) == text


def test_the_same_phone_sealed_twice_looks_different_and_hides_the_phone():
    first, second = (seal(RING, "+8613800138000", **PHONE) for _ in range(2))
    assert first != second
    assert b"138" not in first


@pytest.mark.parametrize("other", [{"table": "staff"}, {"column": "name"}, {"row": 8}])
def test_a_value_copied_to_another_place_is_refused(other):
    value = seal(RING, "+8613800138000", **PHONE)
    with pytest.raises(CannotUnseal, match="not of this row"):
        unseal(RING, value, **{**PHONE, **other})


def test_no_bit_of_a_sealed_value_can_be_changed():
    value = seal(RING, "小王", **PHONE)
    for bit in range(len(value) * 8):
        changed = bytearray(value)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CannotUnseal):
            unseal(RING, bytes(changed), **PHONE)


@settings(deadline=None)  # the machine may be busy
@given(some.binary(max_size=80))
def test_what_was_never_sealed_is_refused(value):
    with pytest.raises(CannotUnseal):
        unseal(RING, value, **PHONE)


def test_a_rotation_leaves_old_values_readable_and_marks_them():
    old = seal(RING, "小王", **PHONE)
    rotated = RING.with_new_key(os.urandom(32))
    assert unseal(rotated, old, **PHONE) == "小王"
    assert needs_reseal(old, rotated)
    assert not needs_reseal(seal(rotated, "小王", **PHONE), rotated)


def test_a_value_under_a_removed_key_is_refused_by_name():
    old = seal(RING, "小王", **PHONE)
    ring = RING.with_new_key(os.urandom(32)).without_key(1)
    with pytest.raises(CannotUnseal, match="field key 1"):
        unseal(ring, old, **PHONE)


def test_a_till_key_is_sealed_apart_from_personal_fields():
    value = seal_bytes(RING, bytes(range(32)), **TILL)
    assert unseal_bytes(RING, value, **TILL) == bytes(range(32))
    with pytest.raises(CannotUnseal):
        unseal_bytes(RING, value, **TILL, purpose="field")


def test_a_row_is_the_same_place_as_number_and_as_text():
    assert unseal(RING, seal(RING, "x", **PHONE), **{**PHONE, "row": "7"}) == "x"


def test_a_blind_index_finds_equal_values_of_one_purpose_under_one_key():
    index = blind_index(RING, "phone", "+8613800138000")
    assert index == blind_index(RING, "phone", "+8613800138000")
    assert len(index) == 64
    assert index != blind_index(RING, "phone", "+8613800138001")
    assert index != blind_index(RING, "email", "+8613800138000")
    other = KeyRing({purpose: {1: os.urandom(32)} for purpose in PURPOSES})
    assert index != blind_index(other, "phone", "+8613800138000")
