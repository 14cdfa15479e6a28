"""Who stands where: debates, and the detector of stances on their targets."""

from fedilens.stance.card import model_card
from fedilens.stance.checking import (
    Copy,
    Finding,
    agreement,
    count_examples,
    count_near,
    near_copies,
    shared_runs,
    shared_voices,
)
from fedilens.stance.debate import Debate, Example, Reason, Target, load_debate, load_examples
from fedilens.stance.detector import Detector, make_detector, target_vectors, zero_shot_detector
from fedilens.stance.features import Reading
from fedilens.stance.head import Head, Quality, load_head, save_head
from fedilens.stance.selecting import Choice, choose
from fedilens.stance.starting import write_debate
from fedilens.stance.training import measured, train
from fedilens.stance.training_set import TrainingSet, evidence_matrix, label_matrix, stated

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
    "count_near",
    "evidence_matrix",
    "label_matrix",
    "load_debate",
    "load_examples",
    "load_head",
    "make_detector",
    "measured",
    "model_card",
    "near_copies",
    "save_head",
    "shared_runs",
    "shared_voices",
    "stated",
    "target_vectors",
    "train",
    "write_debate",
    "zero_shot_detector",
]
