"""确认码、邀请码: no look-alikes, however they were typed, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from loyalty.code_letters import ALPHABET
from loyalty.short_codes import (
    confirmation_code,
    invitation_code,
    read_confirmation_code,
    read_invitation_code,
)


@given(some.binary(min_size=10, max_size=10))
def test_what_was_made_is_read(secret: bytes) -> None:
    invitation = invitation_code(secret)
    assert read_invitation_code(invitation) == invitation.replace("-", "")
    code = confirmation_code(secret)
    assert read_confirmation_code(code) == code
    assert set(code) <= set(ALPHABET)


@given(some.sets(some.binary(min_size=10, max_size=10), min_size=2, max_size=20))
def test_all_eighty_bits_are_in_an_invitation(secrets: set[bytes]) -> None:
    assert len({invitation_code(secret) for secret in secrets}) == len(secrets)


@pytest.mark.parametrize("typed", ["AB2CD3", "ab2cd3", "\uff21B2CD3", "AB2-CD3"])
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert read_confirmation_code(typed) == "AB2CD3"


@pytest.mark.parametrize("typed", ["", "AB2CD", "AB2CD34", "AB0CD3", "ABOCD3", "确认一下吧了"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_confirmation_code(typed) is None
    assert read_invitation_code(typed) is None
