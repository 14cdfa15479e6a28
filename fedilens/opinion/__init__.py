"""From stances of texts to statements about people: prevalence with intervals, reasons, camps, coverage."""

from fedilens.opinion.camps import METHOD as CAMPS_METHOD
from fedilens.opinion.camps import Camps, NoCamps, SideShare, find_camps
from fedilens.opinion.candidates import ReasonCandidate, Unmatched, find_candidates
from fedilens.opinion.coverage import Coverage, estimate_coverage
from fedilens.opinion.prevalence import METHOD, Prevalence, Share, Shown, difference, estimate
from fedilens.opinion.reasons import Match, ReasonKey, match_reasons

__all__ = [
    "CAMPS_METHOD",
    "METHOD",
    "Camps",
    "Coverage",
    "Match",
    "NoCamps",
    "Prevalence",
    "ReasonCandidate",
    "ReasonKey",
    "Share",
    "Shown",
    "SideShare",
    "Unmatched",
    "difference",
    "estimate",
    "estimate_coverage",
    "find_camps",
    "find_candidates",
    "match_reasons",
]
