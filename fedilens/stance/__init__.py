"""Who stands where: debates, and the detector of stances on their targets."""

from fedilens.stance.checking import (
    Copy,
    Finding,
    agreement,
    count_examples,
    near_copies,
    shared_runs,
    shared_voices,
)
from fedilens.stance.debate import Debate, Example, Reason, Target, load_debate, load_examples
from fedilens.stance.detector import Detector, make_detector, target_vectors
from fedilens.stance.features import Reading
from fedilens.stance.head import Head, Quality, load_head, save_head
from fedilens.stance.selecting import Choice, choose
from fedilens.stance.starting import write_debate
from fedilens.stance.training import TrainingSet, label_matrix, stated, train

__all__ = [
    "Choice",
    "Copy",
    "Debate",
    "Detector",
    "Example",
    "Finding",
    "Head",
    "Quality",
    "Reading",
    "Reason",
    "Target",
    "TrainingSet",
    "agreement",
    "choose",
    "count_examples",
    "label_matrix",
    "load_debate",
    "load_examples",
    "load_head",
    "make_detector",
    "near_copies",
    "save_head",
    "shared_runs",
    "shared_voices",
    "stated",
    "target_vectors",
    "train",
    "write_debate",
]
