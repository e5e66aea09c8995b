"""Notices of changed benefits (权益更新通知): whoever stands on a rung hears what is new there.

Once a change and member, from the day on which it holds; only benefits and the member's price are
told: what a rung asks for is told where members look at their progress (A52).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.fingerprints import fingerprint
from loyalty.messages import Topic
from loyalty.shop_file.reading import Tier
from services.messages.notices import put_notice, this_morning
from services.shop import Shop
from services.stored_rules import StoredRule, stored_rules
from storage.campaign_people import members_on_rung
from storage.campaign_runs import begin_run, end_run, keep_place
from storage.transactions import transactional

# A change that a server has slept through for longer is no news any more.
NEWS_DAYS = 7
BATCH = 200


@dataclass(frozen=True, slots=True)
class BenefitChange:
    """What is other on one rung since `starts_at`."""

    tier: Tier
    starts_at: datetime
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        content = [self.tier.code, self.starts_at.isoformat(), list(self.lines)]
        return f"benefits:{self.tier.code}:{fingerprint(content)[:16]}"


async def tell_new_benefits(shop: Shop) -> int:
    """Those of ladders that took over within the last days; how many members are told."""
    told = 0
    for change in benefit_changes(shop, await stored_rules()):
        told += await _tell_rung(shop, change)
    return told


def benefit_changes(shop: Shop, rules: Sequence[StoredRule]) -> list[BenefitChange]:
    """Between the version in force and the one before, rung by rung."""
    ladders = [rule for rule in rules if rule.kind == "tiers" and rule.starts_at <= shop.now()]
    if len(ladders) < 2 or shop.now() - ladders[-1].starts_at > timedelta(days=NEWS_DAYS):
        return []
    before, now = (_rungs(rule) for rule in ladders[-2:])
    changes = [
        BenefitChange(tier, ladders[-1].starts_at, _lines(shop, before[code], tier))
        for code, tier in now.items()
        if code in before
    ]
    return [change for change in changes if change.lines]


def _rungs(rule: StoredRule) -> dict[str, Tier]:
    return {tier.code: tier for tier in rule.terms} if isinstance(rule.terms, tuple) else {}


def _lines(shop: Shop, before: Tier, now: Tier) -> tuple[str, ...]:
    lines = [
        shop.phrase("tiers/benefit_added", {"benefit": benefit})
        for benefit in now.benefits
        if benefit not in before.benefits
    ]
    lines += [
        shop.phrase("tiers/benefit_gone", {"benefit": benefit})
        for benefit in before.benefits
        if benefit not in now.benefits
    ]
    if now.discount_percent != before.discount_percent:
        facts = {"percent": now.discount_percent}
        lines.append(shop.phrase("tiers/benefit_price", facts))
    return tuple(lines)


async def _tell_rung(shop: Shop, change: BenefitChange) -> int:
    run, told = await begin_run(change.name, change.starts_at), 0
    after = run["after_id"]
    if run["done_at"] is not None:
        return 0
    while member_ids := await members_on_rung(
        change.tier.code, base=shop.rules.base_tier, after=after, limit=BATCH
    ):
        told += await _tell_members(shop, change, member_ids)
        after = member_ids[-1]
        await keep_place(run["id"], after)
    await end_run(run["id"], shop.now())
    return told


@transactional
async def _tell_members(shop: Shop, change: BenefitChange, member_ids: Sequence[int]) -> int:
    facts = {"tier": change.tier.name, "lines": "\n".join(change.lines)}
    return sum(
        [
            await put_notice(
                shop,
                member_id,
                wording="tiers/told_benefits",
                facts=facts,
                key=f"{change.name}:{member_id}",
                due_at=this_morning(shop),
                message_class="care",
                topic=Topic.TIERS,
            )
            for member_id in member_ids
        ]
    )
