"""The jobs, each readable from top to bottom: collecting, analysing, reporting, judging."""

from fedilens.pipeline.analyzing import AnalysisReport, Analyst, analyze, find_topics
from fedilens.pipeline.collecting import CollectRules, ImportReport, collect_tag, import_statuses
from fedilens.pipeline.judging import Judge, evaluate, example_lines, score_lines, train_head
from fedilens.pipeline.reporting import Reporter, report

__all__ = [
    "AnalysisReport",
    "Analyst",
    "CollectRules",
    "ImportReport",
    "Judge",
    "Reporter",
    "analyze",
    "collect_tag",
    "evaluate",
    "example_lines",
    "find_topics",
    "import_statuses",
    "report",
    "score_lines",
    "train_head",
]
