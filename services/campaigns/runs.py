"""Campaigns by the calendar (定时营销): an audience at a planned time, whoever has a birthday,
whoever stayed away for long.

A run goes through its people in the order of their numbers and keeps how far it came; whoever
takes it over goes on from there. Whom it fails with is tried again when all others are done.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from loyalty.campaign_limits import missed_after
from loyalty.campaign_terms import DORMANT_WINDOW_DAYS
from loyalty.campaigns import Campaign
from services.audiences.finding import people_of
from services.campaigns.audiences import audience_of, log_unread
from services.campaigns.birthday_greetings import birthday_turn
from services.campaigns.lines import close_lines, open_lines
from services.campaigns.treating import treat_in
from services.campaigns.turns import Outcome, Turn
from services.clock import day_of
from services.details.birthday_index import indexes_of_day
from services.each import counted_failures, each_of
from services.shop import Shop
from storage.campaign_people import Spared, born_on, everybody, quiet_members
from storage.campaign_runs import begin_run, end_run, keep_place, last_planned_before
from storage.sql import Part, Row
from storage.transactions import transactional

BATCH = 200
TRIES = 3
# How far back birthdays are made up for that no run was there for.
MOST_DAYS_MISSED = 31


@dataclass(frozen=True, slots=True)
class Page:
    """What one step of a run looks at: of a birthday campaign, one day's birthdays."""

    campaign: Campaign
    planned_at: datetime
    day: date
    meant: Part | None
    lines: Mapping[int, int]


async def run_campaign_audience(shop: Shop, campaign: Campaign, planned_at: datetime) -> int:
    """How many members got something by this run; again for the same time: by what was left."""
    await log_unread(shop, [campaign])
    audience, given = await audience_of(shop, campaign), 0
    meant = people_of(shop, audience) if audience else None
    lines = await open_lines(shop, campaign, planned_at)
    for day in await _days(campaign, planned_at):
        given += await _go_through(shop, Page(campaign, planned_at, day, meant, lines))
    await close_lines(lines)
    return given


async def _days(campaign: Campaign, planned_at: datetime) -> list[date]:
    """Of birthdays also those since the last run; a month that was missed is told to nobody."""
    day = day_of(planned_at)
    if campaign.terms.kind != "birthday":
        return [day]
    last = await last_planned_before(campaign.code, planned_at)
    first = day if last is None else max(day_of(last), day - timedelta(days=MOST_DAYS_MISSED))
    return list(_days_from(min(first + timedelta(days=1), day), day))


def _days_from(first: date, last: date) -> Iterator[date]:
    for distance in range((last - first).days + 1):
        yield first + timedelta(days=distance)


async def _go_through(shop: Shop, page: Page) -> int:
    code, given = f"{page.campaign.code}", 0
    run = await begin_run(code, _planned(page))
    after, tries = run["after_id"], run["tries"]
    while run["done_at"] is None and tries < TRIES:
        with counted_failures() as failures:
            while batch := await _people(shop, page, after):
                # Most who are quiet are not missed today: no transaction for them.
                missed = [member for member in batch if _is_missed(page, member)]
                given += await each_of(missed, partial(_treat_one, shop, page))
                after = batch[-1]["id"]
                await keep_place(run["id"], after)
        if not failures.count:
            break
        after, tries = 0, tries + 1
        await keep_place(run["id"], after, tries=tries)
    await end_run(run["id"], shop.now())
    return given


def _planned(page: Page) -> datetime:
    """A day that is made up for is a run of its own, at the hour it would have had."""
    return page.planned_at - (day_of(page.planned_at) - page.day)


async def _people(shop: Shop, page: Page, after: int) -> list[Row]:
    """The next of them by number, with what their turn has to know."""
    terms = page.campaign.terms
    if terms.kind == "birthday":
        indexes = indexes_of_day(shop, page.day, leap_day=terms.leap_day)
        return await born_on(indexes, page.meant, after=after, limit=BATCH)
    if terms.kind == "schedule":
        return await everybody(page.meant, after=after, limit=BATCH)
    since = page.planned_at - timedelta(days=_window_days(page))
    spared = Spared(page.campaign.code, since)
    return await quiet_members(page.meant, until=page.day, spared=spared, after=after, limit=BATCH)


@transactional
async def _treat_one(shop: Shop, page: Page, member: Row) -> int:
    turn = await _turn(shop, page, member)
    if turn is None:
        return 0
    return (await treat_in(shop, turn)).outcome is Outcome.TREATED


async def _turn(shop: Shop, page: Page, member: Row) -> Turn | None:
    terms = page.campaign.terms
    if terms.kind == "birthday":
        return await birthday_turn(shop, page.campaign, member["id"], page.day)
    facts: dict[str, object] = {}
    if terms.kind == "dormant":
        facts = {"last_on": member["last_on"]}
    return Turn(
        page.campaign,
        member["id"],
        name=page.planned_at.isoformat(),
        happened_at=page.planned_at,
        facts=facts,
        is_meant=page.meant is not None,
        lines=page.lines,
    )


def _is_missed(page: Page, member: Row) -> bool:
    """From the day on which they are missed, for as long as the window is open."""
    terms = page.campaign.terms
    if terms.kind != "dormant":
        return True
    quiet_days = (page.day - date.fromisoformat(member["last_on"])).days
    late = quiet_days - missed_after(terms, member["median_days"])
    return 0 <= late < _window_days(page)


def _window_days(page: Page) -> int:
    return page.campaign.terms.useful_days or DORMANT_WINDOW_DAYS
