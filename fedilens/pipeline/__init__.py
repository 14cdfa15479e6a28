"""The jobs, each readable from top to bottom: collecting, analysing, reporting, publishing, answering, judging."""

from fedilens.pipeline.analyzing import AnalysisReport, Analyst, analyze, find_topics, renew_topics
from fedilens.pipeline.answering import ACCOUNT, Desk, Informant, answer_mentions
from fedilens.pipeline.collecting import CollectRules, ImportReport, collect_tag, import_statuses, left_alone
from fedilens.pipeline.correcting import CORRECTED_WITHIN, Corrector, correct_published
from fedilens.pipeline.delivering import DeliveryReport, deliver
from fedilens.pipeline.estimating import Reporter, estimate_shares
from fedilens.pipeline.grouping import estimate_camps, find_alerts, tell_camps, tell_coverage, window_coverage
from fedilens.pipeline.guarding import refuse_leaks
from fedilens.pipeline.judging import Judge, evaluate, example_lines, score_lines, train_head
from fedilens.pipeline.labelling import Answer, Labeller, Question, label_posts, load_labelled, questions
from fedilens.pipeline.proposing import propose_reasons
from fedilens.pipeline.publishing import (
    MAIL,
    ThreadStyle,
    mail_parts,
    subscriber_parts,
    thread_parts,
    write_files,
)
from fedilens.pipeline.rechecking import CareReport, RecheckReport, recheck, shown_since
from fedilens.pipeline.reconsidering import reconsider
from fedilens.pipeline.reporting import report, report_tag

__all__ = [
    "ACCOUNT",
    "CORRECTED_WITHIN",
    "MAIL",
    "AnalysisReport",
    "Analyst",
    "Answer",
    "CareReport",
    "CollectRules",
    "Corrector",
    "DeliveryReport",
    "Desk",
    "ImportReport",
    "Informant",
    "Judge",
    "Labeller",
    "Question",
    "RecheckReport",
    "Reporter",
    "ThreadStyle",
    "analyze",
    "answer_mentions",
    "collect_tag",
    "correct_published",
    "deliver",
    "estimate_camps",
    "estimate_shares",
    "evaluate",
    "example_lines",
    "find_alerts",
    "find_topics",
    "import_statuses",
    "label_posts",
    "left_alone",
    "load_labelled",
    "mail_parts",
    "propose_reasons",
    "questions",
    "recheck",
    "reconsider",
    "refuse_leaks",
    "renew_topics",
    "report",
    "report_tag",
    "score_lines",
    "shown_since",
    "subscriber_parts",
    "tell_camps",
    "tell_coverage",
    "thread_parts",
    "train_head",
    "window_coverage",
    "write_files",
]
