"""Audited counter actions (柜台操作审计): what was confirmed, who asked, and who approved it."""

from dataclasses import replace

from loyalty.confirmations import Confirmed, Proposal, members_named
from loyalty.fingerprints import fingerprint
from loyalty.person import Person
from services.counter.kinds import Done
from services.custody.auditing import Act, audit
from services.shop import Shop

# How the trail names a kind; the others are counter.KIND.
AUDITED_AS = {
    "redeem": "coupon.redeem",
    "receipt": "purchase.receipt",
    "adjust": "points.adjust",
    "top_up": "wallet.top_up",
    "card_refund": "wallet.card_refund",
    "withdraw": "wallet.withdraw",
    "remedy": "ticket.remedy",
    "announce": "ticket.announce",
    "cancel_activity": "activity.cancel",
    "segment": "audience.save",
    "drop_segment": "audience.drop",
    "broadcast": "broadcast.start",
    "campaign_stop": "campaign.stop",
    "campaign_open": "campaign.open",
    "campaign_budget": "campaign.budget",
    "invite": "staff.invite",
    "export": "member.export",
    "merge": "member.merge",
    "part": "member.part",
    "pause": "sending.pause",
    "resume": "sending.resume",
    "stop": "staff.stop",
}


async def audit_proposed(
    shop: Shop, person: Person, kind: str, proposal: Proposal, *, key: str
) -> None:
    """A summary shows members, whether it is confirmed or not: that is a look at each.

    A helper for use cases.
    """
    for member_id in members_named(proposal.content):
        look = Act("member.view", member_id, subject=f"summary:{kind}")
        await audit(shop, person, look, key=f"{key}:{member_id}")


async def audit_confirmed(shop: Shop, person: Person, confirmed: Confirmed, done: Done) -> None:
    """Whoever asked did it, a second `person` approved. A helper for use cases.

    Of what was done only figures are kept, because a reason may name somebody; the digest is of
    all of it, as staff_actions has it.
    """
    content = {**confirmed.content, **done.facts}
    figures = {name: value for name, value in content.items() if isinstance(value, int)}
    act = Act(
        AUDITED_AS.get(confirmed.word, f"counter.{confirmed.word}"),
        done.member_id,
        subject=f"confirmation:{confirmed.id}",
        facts={**figures, "digest": fingerprint(content)},
    )
    if not confirmed.by_another:
        return await audit(shop, person, act, key=confirmed.key)
    asker = _asker(person, confirmed)
    await audit(shop, asker, act, key=confirmed.key, approval=person.staff_id)


def _asker(person: Person, confirmed: Confirmed) -> Person:
    return replace(
        person,
        follower_id=confirmed.follower_id,
        staff_id=confirmed.staff_id,
        role=confirmed.role,
        store_id=confirmed.store_id,
        region_id=confirmed.region_id,
    )
