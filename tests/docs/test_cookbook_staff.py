"""The recipe of a staff word (员工口令) is tried: proposed, confirmed, told, done once."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.routing import Router
from bot.wording import FOLDER, Wordings, load_wordings
from loyalty.refusals import Refusal
from loyalty.staff import Right, Role
from services.counter.actions import KINDS, confirm_action
from services.shop import Shop
from storage.models import Member
from storage.sql import rows
from tests.docs.pages import fence_of
from tests.docs.recipes import PAGE, changed, made
from tests.services.staffing import a_staff, asked
from tests.shop_parts import a_member


async def test_the_new_staff_word_is_proposed_confirmed_and_told(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = replace(shop, phrase=wordings_with_amends(tmp_path).fill)
    kind = made("services/counter/amends.py").AMENDS
    kinds = changed("services/counter/actions.py", AMENDS=kind)["KINDS"]
    assert kinds.items() - KINDS.items() == {("amends", kind)}
    monkeypatch.setitem(KINDS, "amends", kind)
    member_no = (await Member.get(id=(await a_member(shop)).member_id)).member_no or ""
    manager = await a_staff(shop, role=Role.MANAGER)
    proposal = await asked(shop, manager, "amends", member_no, "latte")
    assert "补券：拿铁兑换券" in proposal.summary
    for key in ("yes", "yes again"):
        told = await confirm_action(shop, manager, proposal.code, key=key)
        assert told.text.startswith("已补券：拿铁兑换券")
    assert await rows("SELECT kind FROM coupons WHERE kind = 'latte'") == [{"kind": "latte"}]
    with pytest.raises(Refusal, match="staff/no_such_kind"):
        await asked(shop, manager, "amends", member_no, "lattte", key="m2")


def test_the_new_staff_word_asks_for_the_right_it_needs(tmp_path: Path) -> None:
    router = changed("handlers/staff/counter.py", router=Router())["router"]
    [word] = router.staff_words
    assert (word.word, word.right) == ("补券", Right.ADJUST)
    places = wordings_with_amends(tmp_path).places
    assert {name: places(name) for name in (word.usage, word.help)} == {
        "staff/usage_amends": set(),
        "staff/help_amends": set(),
    }


def wordings_with_amends(folder: Path) -> Wordings:
    """Ours with the sentences that the page adds to those of staff."""
    shutil.copytree(FOLDER, folder / "chat")
    with (folder / "chat" / "staff.toml").open("a", encoding="utf-8") as file:
        file.write(fence_of(PAGE, "templates/chat/staff.toml").content)
    return load_wordings(folder / "chat")
