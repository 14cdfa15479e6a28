"""From stances of texts to statements about people: prevalence with intervals, and reasons."""

from fedilens.opinion.prevalence import METHOD, Prevalence, Share, Shown, difference, estimate
from fedilens.opinion.reasons import Match, ReasonKey, match_reasons

__all__ = [
    "METHOD",
    "Match",
    "Prevalence",
    "ReasonKey",
    "Share",
    "Shown",
    "difference",
    "estimate",
    "match_reasons",
]
