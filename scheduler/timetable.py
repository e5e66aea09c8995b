"""The timetable (时刻表): one line a job: its name, when it runs, which use case it is.

Times are the shop's (Asia/Shanghai) and follow the business clock. Every job is safe to run
twice. Where nothing else is said it is run late once for all the times that were missed.
"""

from dataclasses import replace

from scheduler.job import Job
from services.activities.tasks import next_activity_task, run_activity_tasks
from services.campaigns.engine import next_cue, next_waiting, run_cues, treat_waiting
from services.coupons.exchanges import return_lapsed_exchanges
from services.coupons.notices import notice_ending_coupons
from services.coupons.redeeming import settle_coupon_uses
from services.custody.audit_anchors import anchor_trail
from services.custody.backups import back_up_nightly
from services.custody.retention import erase_overdue
from services.details.birthday_index import index_birthdays
from services.details.indexes import index_details
from services.ledger.point_expiry import expire_points, expiry_notices
from services.merges.upkeep import look_after_merges
from services.org.home_stores import settle_home_stores
from services.org.training import remind_of_training
from services.people.closed_accounts import settle_closed_accounts
from services.people.lifecycle import refresh_all_stages, refresh_stages
from services.people.member_tags import next_tagging, refresh_tags, tag_buyers
from services.people.mini_sessions import forget_ended_sessions
from services.people.rfm import refresh_rfm
from services.purchases.categories import read_categories
from services.purchases.claim_steps import void_overdue
from services.purchases.earning import credit_due_purchases
from services.purchases.quotes import forget_quotes
from services.purchases.refunds import refunds_waiting
from services.tickets.endings import close_tickets
from services.tickets.escalation import escalate_tickets
from services.tiers.benefit_notices import tell_new_benefits
from services.tiers.notices import put_tier_notices
from services.tiers.reviews import raise_tiers, review_tiers
from services.upcoming import (
    next_claim_end,
    next_coupon_settlement,
    next_credit,
    next_escalation,
    next_hold_end,
)
from services.wallet.bonus_expiry import expire_bonus
from services.wallet.holds import expire_holds

__all__ = ["TIMETABLE", "Job", "timetable"]

TIMETABLE = (
    # After midnight, clear of the minute in which everybody's day changes.
    Job("expire_points", "5 0 * * *", expire_points),
    Job("expire_bonus", "7 0 * * *", expire_bonus),
    Job("expiry_notices", "10 1 * * *", expiry_notices),
    Job("review_tiers", "15 0 * * *", review_tiers),
    Job("raise_tiers", "25 0 * * *", raise_tiers),
    Job("tier_notices", "30 0 * * *", put_tier_notices),
    Job("refunds_waiting", "15 8 * * *", refunds_waiting),
    Job("credit_due_purchases", "12 * * * *", credit_due_purchases, due=next_credit),
    Job("void_overdue_claims", "20 * * * *", void_overdue, due=next_claim_end),
    Job("settle_coupon_uses", "25 * * * *", settle_coupon_uses, due=next_coupon_settlement),
    # Before the points lapse themselves, so that they come back to lots that are still good.
    Job("return_lapsed_exchanges", "3 0 * * *", return_lapsed_exchanges),
    Job("benefit_notices", "33 0 * * *", tell_new_benefits),
    Job("coupon_notices", "35 0 * * *", notice_ending_coupons),
    Job("refresh_stages", "45 0 * * *", refresh_stages),
    # Mondays, when the week that counts is whole; other terms hold for everybody from then on.
    Job("refresh_all_stages", "10 4 * * mon", refresh_all_stages),
    Job("refresh_rfm", "30 4 * * mon", refresh_rfm),
    # What filters look through, and then the tags that are made of it.
    Job("read_categories", "50 0 * * *", read_categories),
    Job("index_details", "52 0 * * *", index_details),
    Job("refresh_tags", "0 1 * * *", refresh_tags),
    Job("tag_buyers", "* * * * *", tag_buyers, due=next_tagging),
    Job("settle_home_stores", "40 0 * * *", settle_home_stores),
    # At the end of the day whose acts it holds.
    Job("anchor_trail", "55 23 * * *", anchor_trail),
    Job("forget_quotes", "45 3 * * *", forget_quotes),
    Job("forget_mini_sessions", "50 3 * * *", forget_ended_sessions),
    Job("look_after_merges", "55 3 * * *", look_after_merges),
    Job("settle_closed_accounts", "40 4 * * *", settle_closed_accounts),
    Job("erase_overdue", "20 4 * * *", erase_overdue),
    Job("expire_holds", "35 * * * *", expire_holds, due=next_hold_end),
    Job(
        *("escalate_tickets", "5-55/10 * * * *", escalate_tickets),
        due=next_escalation,
        in_jumps="55 * * * *",
    ),
    Job("run_cues", "* * * * *", run_cues, due=next_cue, in_jumps="*/5 * * * *"),
    Job("treat_waiting", "*/10 * * * *", treat_waiting, due=next_waiting, in_jumps="0 * * * *"),
    # Before the hour at which birthdays are greeted.
    Job("index_birthdays", "20 5 * * *", index_birthdays),
    Job("activity_tasks", "1-59 * * * *", run_activity_tasks, due=next_activity_task),
    Job("close_tickets", "40 3 * * *", close_tickets),
    Job("training_reminders", "0 9 * * *", remind_of_training),
    Job("back_up", "30 3 * * *", back_up_nightly),
)


def timetable(*, backup_at: str) -> tuple[Job, ...]:
    """With the backup at the time of day that the configuration names."""
    hour, minute = map(int, backup_at.split(":"))
    moved = {"back_up": f"{minute} {hour} * * *"}
    return tuple(replace(job, cron=moved.get(job.name, job.cron)) for job in TIMETABLE)
