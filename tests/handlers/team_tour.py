"""The tour of the owners (老板巡店): who comes and goes, and what operators may do."""

from loyalty.staff import Role
from services.org.approvals import ask_approval
from storage.sql import change, row
from tests.handlers.staff_tour import OWNER, yes
from tests.shop import ShopUnderTest, become_staff

MISTAKES = (
    *("邀请员工", "邀请员工 经理", "邀请员工 店长 xx", "停用", "停用 0", "批准", "批准 AAAAAA"),
    *("员工 cq01", "员工"),
)


async def change_the_team(shop: ShopUnderTest) -> None:
    for words in MISTAKES:
        await shop.hear(OWNER, words)
    await yes(shop, OWNER, "邀请员工 店员 cd02")
    await shop.hear(OWNER, f"停用 {await number_of('owner')}")
    await become_staff(shop, "路人", Role.AUDITOR, "")
    await yes(shop, OWNER, f"停用 {await number_of('auditor')}")
    await hire_many()
    await shop.hear(OWNER, "员工")
    await change("UPDATE staff SET state = 'stopped' WHERE bound_at = 0")
    await become_staff(shop, "路人", Role.AUDITOR, "")
    await yes(shop, OWNER, "小票 5 cd01")
    await yes(shop, OWNER, "撤销 扫错了")
    await let_an_operator(shop)


async def number_of(role: str) -> int:
    found = await row("SELECT id FROM staff WHERE state = 'active' AND role = $1", role)
    assert found is not None, role
    return int(found["id"])


async def hire_many() -> None:
    """More than one answer lists."""
    for number in range(25):
        await change(
            "INSERT INTO followers (account, openid, follows, changed_at, first_seen_at)"
            f" VALUES ('main', 'hired-{number}', FALSE, 0, 0)"
        )
    await change(
        "INSERT INTO staff_invitations (code_hash, role, expires_at, created_at)"
        " SELECT openid, 'auditor', 0, 0 FROM followers WHERE openid LIKE 'hired-%'"
    )
    await change(
        "INSERT INTO staff (follower_id, invitation_id, role, state, bound_at)"
        " SELECT f.id, i.id, 'auditor', 'active', 0 FROM followers f"
        " JOIN staff_invitations i ON i.code_hash = f.openid"
    )


async def let_an_operator(shop: ShopUnderTest) -> None:
    facts = {"purpose": "field", "number": 1}
    for name in ("staff/operator_rotates", "staff/operator_removes_key"):
        summary = shop.shop.phrase(name, facts)
        approval = await ask_approval(shop.shop, name, facts, summary=summary)
        shop.shop.phrase("staff/operator_sends", {"code": approval.code})
        await yes(shop, OWNER, f"批准 {approval.code}")
