"""The jobs, each readable from top to bottom: collecting, analysing, reporting, publishing, answering, judging."""

from fedilens.pipeline.analyzing import AnalysisReport, Analyst, analyze, find_topics, renew_topics
from fedilens.pipeline.answering import ACCOUNT, Desk, Informant, answer_mentions
from fedilens.pipeline.collecting import CollectRules, ImportReport, collect_tag, import_statuses
from fedilens.pipeline.delivering import DeliveryReport, deliver
from fedilens.pipeline.judging import Judge, evaluate, example_lines, score_lines, train_head
from fedilens.pipeline.publishing import (
    MAIL,
    ThreadStyle,
    mail_parts,
    subscriber_parts,
    thread_parts,
    write_files,
)
from fedilens.pipeline.reporting import Reporter, report, report_tag

__all__ = [
    "ACCOUNT",
    "MAIL",
    "AnalysisReport",
    "Analyst",
    "CollectRules",
    "DeliveryReport",
    "Desk",
    "ImportReport",
    "Informant",
    "Judge",
    "Reporter",
    "ThreadStyle",
    "analyze",
    "answer_mentions",
    "collect_tag",
    "deliver",
    "evaluate",
    "example_lines",
    "find_topics",
    "import_statuses",
    "mail_parts",
    "renew_topics",
    "report",
    "report_tag",
    "score_lines",
    "subscriber_parts",
    "thread_parts",
    "train_head",
    "write_files",
]
