"""Who stands where: debates, and the detector of stances on their targets."""

from fedilens.stance.debate import Debate, Example, Reason, Target, load_debate, load_examples
from fedilens.stance.detector import Detector, make_detector, target_vectors
from fedilens.stance.features import Reading
from fedilens.stance.head import Head, Quality, load_head, save_head
from fedilens.stance.training import TrainingSet, label_matrix, stated, train

__all__ = [
    "Debate",
    "Detector",
    "Example",
    "Head",
    "Quality",
    "Reading",
    "Reason",
    "Target",
    "TrainingSet",
    "label_matrix",
    "load_debate",
    "load_examples",
    "load_head",
    "make_detector",
    "save_head",
    "stated",
    "target_vectors",
    "train",
]
