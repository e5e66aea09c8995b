"""The rules book (规则册): the shop's versioned data as this process knows it.

Rules change by loading, never by a restart: every process looks for a new version every two
seconds and right after its own changes.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from loyalty.campaigns import Campaign, campaign_of
from loyalty.ladder_versions import Version, in_force, next_start
from loyalty.lifecycle import LifecycleTerms
from loyalty.message_terms import MessageTerms
from loyalty.shop_file.reading import (
    ActivityTerms,
    CampaignTerms,
    CouponKind,
    LadderTerms,
    Partner,
    PointBoost,
    PointsPolicy,
    ProfileTerms,
    Promotion,
    Reward,
    SegmentTerms,
    ServiceTerms,
    TagTerms,
    Tier,
    TopUpOffer,
    WalletTerms,
)
from services.clock import BusinessClock
from services.stored_rules import StoredRule, stored_rules, terms_of, versions_of
from storage.activities import numbers_of_activities
from storage.shop import read_brand, read_districts, read_installation, read_stores

NO_BRAND = {"code": "", "name": ""}
Whole = TypeVar("Whole")


@dataclass(frozen=True, slots=True)
class Place:
    """A store with the region it belongs to, by their codes."""

    store: str
    region: str
    store_name: str
    region_id: int
    region_name: str


class RulesBook:
    """Read by every use case; `refresh` is the only thing that changes it.

    `version` counts what was loaded; effects keep it, so that they can say by which rules they
    came about. Tiers and ladder are those of the business day, so that a version loaded ahead
    takes over by itself.
    """

    def __init__(self, clock: BusinessClock) -> None:
        self.version = -1
        self.brand_code = ""
        self.brand_name = ""
        self.places: dict[int, Place] = {}
        # The region that each district belongs to.
        self.districts: dict[str, int] = {}
        self.points = PointsPolicy()
        self.point_boosts: tuple[PointBoost, ...] = ()
        self.coupon_kinds: dict[str, CouponKind] = {}
        self.promotions: tuple[Promotion, ...] = ()
        self.rewards: tuple[Reward, ...] = ()
        self.wallet = WalletTerms()
        self.profile = ProfileTerms()
        self.service = ServiceTerms()
        self.messages = MessageTerms()
        self.lifecycle = LifecycleTerms()
        self.topup_offers: tuple[TopUpOffer, ...] = ()
        self.campaigns: tuple[Campaign, ...] = ()
        # Every purchase asks for these: the campaigns it sets off, the codes of those it ends.
        self.answers_to_buying: tuple[Campaign, ...] = ()
        self.ended_by_buying: tuple[str, ...] = ()
        self.activities: dict[str, ActivityTerms] = {}
        # By code, as people sign up (报名 3).
        self.activity_numbers: dict[str, int] = {}
        self.partners: tuple[Partner, ...] = ()
        self.segments: tuple[SegmentTerms, ...] = ()
        self.tags: tuple[TagTerms, ...] = ()
        self._clock = clock
        self._ladders: tuple[Version[LadderTerms], ...] = ()
        self._tiers: tuple[Version[tuple[Tier, ...]], ...] = ()

    @property
    def ladder(self) -> LadderTerms:
        return in_force(self._ladders, self._clock.today(), otherwise=LadderTerms())

    @property
    def tiers(self) -> tuple[Tier, ...]:
        return in_force(self._tiers, self._clock.today(), otherwise=())

    @property
    def upcoming(self) -> tuple[date, LadderTerms, tuple[Tier, ...]] | None:
        """The day on which a ladder loaded ahead takes over, and what then holds."""
        starts_on = next_start([*self._ladders, *self._tiers], self._clock.today())
        if starts_on is None:
            return None
        ladder = in_force(self._ladders, starts_on, otherwise=LadderTerms())
        return starts_on, ladder, in_force(self._tiers, starts_on, otherwise=())

    @property
    def base_tier(self) -> str:
        """The rung everybody starts on; it asks for nothing."""
        return next((tier.code for tier in self.tiers), "base")

    def tier(self, code: str) -> Tier | None:
        """The rung of this code, if the ladder in force has it."""
        return next((tier for tier in self.tiers if tier.code == code), None)

    async def refresh(self) -> int:
        """Read the rules anew if there is a newer version; returns the clock offset in ms."""
        offset_ms, version = await read_installation()
        if version != self.version:
            brand = await read_brand() or NO_BRAND
            self.brand_code, self.brand_name = brand["code"], brand["name"]
            self.places = {
                store["id"]: Place(
                    store=store["code"],
                    region=store["region"],
                    store_name=store["name"],
                    region_id=store["region_id"],
                    region_name=store["region_name"],
                )
                for store in await read_stores()
            }
            self.districts = await read_districts()
            self.activity_numbers = await numbers_of_activities()
            self._take(await stored_rules())
            self.version = version
        return offset_ms

    def _take(self, rules: list[StoredRule]) -> None:
        self.points = _only(terms_of(rules, "points", PointsPolicy), PointsPolicy())
        self.wallet = _only(terms_of(rules, "wallet", WalletTerms), WalletTerms())
        self.profile = _only(terms_of(rules, "profile", ProfileTerms), ProfileTerms())
        self.service = _only(terms_of(rules, "service", ServiceTerms), ServiceTerms())
        self.messages = _only(terms_of(rules, "messages", MessageTerms), MessageTerms())
        self.lifecycle = _only(terms_of(rules, "lifecycle", LifecycleTerms), LifecycleTerms())
        self._ladders = versions_of(rules, "ladder", LadderTerms)
        self._tiers = versions_of(rules, "tiers", tuple)
        self.point_boosts = terms_of(rules, "point_boosts", PointBoost)
        kinds = terms_of(rules, "coupon_kinds", CouponKind)
        self.coupon_kinds = {kind.code: kind for kind in kinds}
        self.promotions = terms_of(rules, "promotions", Promotion)
        self.rewards = terms_of(rules, "rewards", Reward)
        self.topup_offers = terms_of(rules, "topup_offers", TopUpOffer)
        activities = terms_of(rules, "activities", ActivityTerms)
        self.activities = {activity.code: activity for activity in activities}
        partners = terms_of(rules, "partners", Partner)
        self.partners = tuple(partner for partner in partners if not partner.ended)
        segments = terms_of(rules, "segments", SegmentTerms)
        self.segments = tuple(segment for segment in segments if not segment.ended)
        # With the ended ones: those are to be taken away.
        self.tags = terms_of(rules, "tags", TagTerms)
        self.campaigns = tuple(map(campaign_of, terms_of(rules, "campaigns", CampaignTerms)))
        self.answers_to_buying = tuple(one for one in self.campaigns if one.terms.answers_buying)
        self.ended_by_buying = tuple(
            one.code for one in self.campaigns if one.terms.stop == "purchase"
        )


def _only(found: tuple[Whole, ...], otherwise: Whole) -> Whole:
    return found[0] if found else otherwise
