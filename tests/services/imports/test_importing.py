"""导入: members of an older system come along once, with what they had; nobody is overwritten."""

from pathlib import Path

import pytest

from loyalty.member_files import FileFault
from services.custody.verify import verify_ledger
from services.details.keeping import change_detail, empty_detail, plain_details
from services.imports.files import look_at
from services.imports.importing import (
    Importer,
    ImportRequest,
    ImportStoreUnknown,
    Prepared,
    RunReplaced,
    end_run,
    start_run,
    write_batch,
)
from services.imports.rows import MemberFileReader
from services.imports.writing import Run
from services.ledger.points import points_balance
from services.shop import Shop
from services.wallet.balance import stored_value
from storage.models import Member
from storage.sql import row, rows
from tests.services.importing import (
    BASIS,
    LI,
    TITLES,
    WANG,
    OldSystem,
    counts_of,
    imported_ids,
    pairs,
)
from tests.shop_parts import MachineClock


@pytest.fixture
def old(tmp_path: Path) -> OldSystem:
    return OldSystem(tmp_path)


async def books_are_right(shop: Shop) -> None:
    assert (await verify_ledger(shop)).complaints == ()


async def test_members_come_along_with_details_and_balances(shop: Shop, old: OldSystem) -> None:
    old.writes(WANG, LI)
    assert counts_of(await old.is_imported(shop)) == {"added": 2}
    wang, li = await imported_ids()
    assert await plain_details(shop, wang) == {
        "phone": "+8613800138000",
        "name": "王小明",
        "birthday": "1990-01-31",
        "gender": "男",
    }
    assert [(await points_balance(shop, number)).points for number in (wang, li)] == [120, 30]
    member = await Member.get(id=wang)
    assert (member.state, member.home_store_id) == ("active", 1)
    assert shop.clock.local(member.joined_at).date().isoformat() == "2020-05-01"
    assert old.heard == [2]
    await books_are_right(shop)


async def test_stored_value_comes_along_and_can_be_spent(shop: Shop, old: OldSystem) -> None:
    old.writes(("A1", "128.50"), ("A2", ""), titles=("会员号", "储值余额"))
    await old.is_imported(shop)
    wang, li = await imported_ids()
    assert (await stored_value(shop, wang)).principal_fen == 12850
    assert (await stored_value(shop, li)).principal_fen == 0
    await books_are_right(shop)


async def test_the_same_file_again_adds_nothing(shop: Shop, old: OldSystem) -> None:
    old.writes(WANG, LI)
    await old.is_imported(shop)
    before = [await rows(f"SELECT * FROM {table}") for table in ("members", "ledger_entries")]
    assert counts_of(await old.is_imported(shop)) == {"unchanged": 2}
    after = [await rows(f"SELECT * FROM {table}") for table in ("members", "ledger_entries")]
    assert before == after


async def test_a_changed_row_fills_only_what_is_empty(shop: Shop, old: OldSystem) -> None:
    old.writes(("A1", "", "王小明"), titles=("external_no", "phone", "name"))
    await old.is_imported(shop)
    old.writes(WANG)
    assert counts_of(await old.is_imported(shop)) == {"filled": 1}
    [wang] = await imported_ids()
    old.writes(("A1", "13700137000", "王大明", "1991-01-31", "女", "", "999", ""))
    assert counts_of(await old.is_imported(shop)) == {"unchanged": 1}
    details = await plain_details(shop, wang)
    assert (details["phone"], details["name"]) == ("+8613800138000", "王小明")
    assert (details["birthday"], details["gender"]) == ("1990-01-31", "男")
    assert (await points_balance(shop, wang)).points == 0


async def test_what_a_member_took_out_is_not_put_back(shop: Shop, old: OldSystem) -> None:
    old.writes(WANG)
    await old.is_imported(shop)
    [wang] = await imported_ids()
    await empty_detail(shop, wang, "phone", key="m1")
    await change_detail(shop, wang, "name", "王明", key="m2")
    assert counts_of(await old.is_imported(shop)) == {"unchanged": 1}
    assert (await plain_details(shop, wang))["name"] == "王明"
    assert "phone" not in await plain_details(shop, wang)


async def test_nobody_who_has_left_comes_back_by_a_file(shop: Shop, old: OldSystem) -> None:
    old.writes(WANG)
    await old.is_imported(shop)
    await rows("UPDATE members SET state = 'closed', phone_sealed = NULL, phone_index = NULL")
    assert counts_of(await old.is_imported(shop)) == {"unchanged": 1}
    assert (await Member.get(id=(await imported_ids())[0])).phone_sealed is None


async def test_two_stores_may_have_used_the_same_number(shop: Shop, old: OldSystem) -> None:
    old.writes(("7", "王小明"), titles=("卡号", "姓名"))
    await old.is_imported(shop, "cd01")
    assert counts_of(await old.is_imported(shop, "cd02")) == {"added": 1}
    homes = await rows("SELECT home_store_id FROM members ORDER BY id")
    assert [line["home_store_id"] for line in homes] == [1, 2]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig"])
async def test_a_file_is_read_as_spreadsheets_write_it(
    shop: Shop, old: OldSystem, encoding: str
) -> None:
    titles = ("会员号", "手机号", "姓名", "生日", "性别", "入会日期", "积分", "成长值")
    wang = ("A1", "13800138000", "王小明", "1990/1/31", "男", "2020/5/1", "120", "88")
    old.writes(wang, titles=titles, encoding=encoding)
    assert counts_of(await old.is_imported(shop)) == {"added": 1}
    details = await plain_details(shop, (await imported_ids())[0])
    assert (details["name"], details["birthday"]) == ("王小明", "1990-01-31")


async def test_bad_rows_stay_out_with_line_and_reason(shop: Shop, old: OldSystem) -> None:
    child = ("A3", "", "", "2020-01-31", "", "", "", "")
    bad_phone = ("A4", "123", *LI[2:])
    old.writes(WANG, child, bad_phone, ("A5", "short"), LI, WANG)
    assert counts_of(await old.is_imported(shop)) == {"added": 2, "rejected": 4}
    reasons = [line.split('","')[:2] for line in old.rejected]
    assert [(line.strip('"'), reason.split(" ")[0]) for line, reason in reasons] == [
        ("3", "birthday"),
        ("4", "phone"),
        ("5", "it"),
        ("7", "external_no"),
    ]
    assert (old.path.with_suffix(".rejected.csv").stat().st_mode & 0o777) == 0o600


async def test_rejected_rows_put_right_are_imported_from_their_own_file(
    shop: Shop, old: OldSystem
) -> None:
    old.writes(WANG, ("A2", "+86 123", *LI[2:]))
    await old.is_imported(shop)
    again = OldSystem(old.folder, "members.rejected.csv")
    text = again.path.read_text(encoding="utf-8-sig")
    again.path.write_text(text.replace("'+86 123", "'+8613900139000"), encoding="utf-8")
    assert counts_of(await again.is_imported(shop)) == {"added": 1}
    assert len(await imported_ids()) == 2


async def test_trying_writes_nothing(shop: Shop, old: OldSystem) -> None:
    old.writes(WANG, LI, ("A3", "123", *LI[2:]))
    tried = await old.is_imported(shop, only_try=True)
    assert (tried.run_id, counts_of(tried)) == (None, {"added": 2, "rejected": 1})
    assert await rows("SELECT id FROM members UNION ALL SELECT id FROM import_runs") == []
    assert len(old.rejected) == 1


async def test_one_phone_twice_is_a_pair_to_look_at_and_no_merge(
    shop: Shop, old: OldSystem
) -> None:
    twin = ("A9", WANG[1], "王明", "", "", "", "5", "")
    old.writes(WANG, LI, twin)
    assert counts_of(await old.is_imported(shop)) == {"added": 3, "duplicates": 1}
    wang, _, again = await imported_ids()
    assert await pairs() == [{"member_id": again, "other_id": wang, "state": "open"}]
    old.writes(("B1", WANG[1], *WANG[2:]))
    assert counts_of(await old.is_imported(shop, "cd02")) == {"added": 1, "duplicates": 1}
    assert {line["other_id"] for line in await pairs()} == {wang}


async def test_a_phone_that_is_filled_in_later_is_compared_too(shop: Shop, old: OldSystem) -> None:
    old.writes(("A1", ""), LI[:2], titles=TITLES[:2])
    await old.is_imported(shop)
    old.writes(("A1", LI[1]), LI[:2], titles=TITLES[:2])
    assert counts_of(await old.is_imported(shop)) == {
        "filled": 1,
        "unchanged": 1,
        "duplicates": 1,
    }
    assert len(await pairs()) == 1


async def test_why_the_shop_may_keep_it_stands_with_the_run(shop: Shop, old: OldSystem) -> None:
    old.writes(WANG)
    imported = await old.is_imported(shop)
    found = await row(
        "SELECT t.text FROM import_runs r JOIN consent_texts t ON t.text_hash = r.basis_hash"
        " WHERE r.id = $1",
        imported.run_id,
    )
    assert found == {"text": BASIS}
    acts = await rows("SELECT what FROM audit_log WHERE subject = 'import:1' ORDER BY id")
    assert [act["what"] for act in acts] == ["member.import", "member.imported"]


async def test_an_older_run_stops_when_another_begins(shop: Shop, old: OldSystem) -> None:
    old.writes(WANG, LI)
    request = ImportRequest(look_at(old.path), "cd01", BASIS)
    run = await start_run(shop, request, 1)
    prepared = await a_batch(shop, run, old)
    assert counts_of(await old.is_imported(shop)) == {"added": 2}
    with pytest.raises(RunReplaced):
        await write_batch(shop, run, prepared)
    with pytest.raises(RunReplaced):
        await end_run(shop, run)
    states = await rows("SELECT state FROM import_runs ORDER BY id")
    assert [line["state"] for line in states] == ["replaced", "done"]


async def test_a_batch_is_written_once_when_its_answer_was_lost(shop: Shop, old: OldSystem) -> None:
    old.writes(WANG, LI)
    run = await start_run(shop, ImportRequest(look_at(old.path), "cd01", BASIS), 1)
    prepared = await a_batch(shop, run, old)
    for _ in range(2):
        await write_batch(shop, run, prepared)
    assert (await end_run(shop, run))["added"] == 2
    assert len(await imported_ids()) == 2


async def test_a_number_that_stands_in_a_later_batch_again_stays_out(
    shop: Shop, old: OldSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.imports.importing.BATCH", 1)
    old.writes(WANG, WANG, LI, WANG)
    assert counts_of(await old.is_imported(shop)) == {"added": 2, "rejected": 2}
    assert [line.split(",")[0] for line in old.rejected] == ['"3"', '"5"']


async def a_batch(shop: Shop, run: Run, old: OldSystem) -> Prepared:
    with look_at(old.path).text() as text:
        reader = MemberFileReader(shop, run.store_id, text, delimiter=",")
        prepared = await Importer(shop, run, reader).prepare_next()
    assert prepared is not None
    return prepared


async def test_what_is_no_list_of_members_is_refused_whole(shop: Shop, old: OldSystem) -> None:
    for titles in (("phone", "name"), ("external_no", "shoe_size"), ("卡号", "会员号")):
        old.writes(("1", "2"), titles=titles)
        with pytest.raises(FileFault):
            await old.is_imported(shop)
    old.writes(WANG)
    with pytest.raises(ImportStoreUnknown):
        await old.is_imported(shop, "cd99")
    assert await rows("SELECT id FROM import_runs") == []


async def test_opening_points_lapse_like_any_other(
    shop: Shop, old: OldSystem, clock: MachineClock
) -> None:
    old.writes(WANG)
    await old.is_imported(shop)
    [wang] = await imported_ids()
    [line] = (await points_balance(shop, wang)).next_expiries
    assert (line.points, line.expires_on) == (120, "2028-01-11")
