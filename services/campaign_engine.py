"""The campaign engine (营销引擎): what sets campaigns off, by what happens and by the calendar."""

from services.campaign_answering import next_cue, next_waiting, run_cues, treat_waiting
from services.campaign_cues import cue, in_force
from services.campaign_runs import run_campaign_audience
from services.campaign_treating import treat, treat_all_in, treat_in

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
