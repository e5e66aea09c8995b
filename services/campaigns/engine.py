"""The campaign engine (营销引擎): what sets campaigns off, by what happens and by the calendar."""

from services.campaigns.answering import next_cue, next_waiting, run_cues, treat_waiting
from services.campaigns.cues import cue, in_force
from services.campaigns.runs import run_campaign_audience
from services.campaigns.treating import treat, treat_all_in, treat_in

__all__ = [
    "cue",
    "in_force",
    "next_cue",
    "next_waiting",
    "run_campaign_audience",
    "run_cues",
    "treat",
    "treat_all_in",
    "treat_in",
    "treat_waiting",
]
