"""The model card of a debate's detector: what it is, how good, for what, and for what not (Mitchell et al. 2019)."""

from collections.abc import Mapping
from typing import Any

from fedilens.stance.debate import Debate
from fedilens.stance.head import Head

CARD = """\
# The stance detector of: {title}

Written by `fedilens stance card`; made anew with every training.

- **What it is**: for a post and each of {targets} targets the probabilities that its author is in favor, against,
  or neither. A linear model over words and vectors{readers},
  calibrated together, over the embedding model {model}, which is left as it is.
- **Detector**: {fingerprint}. **Taught** by {examples} written examples (see DATASHEET.md).
- **Shown** is favor or against from a probability of {threshold:.2f} on; under it a post is `unclear`.
- **For**: shares of people in a debate, corrected for the errors below; finding posts that are worth reading.
- **Not for**: judging a person by a post; languages that the model does not read; other debates; moderation.
- **Not known**: how it does on posts by people. What stands below is measured on posts that were written for it, by
  voices that it had not heard. On real posts it will err more often.

## Measured on {posts} posts of the split `test`

| figure | value | 95 % |
| --- | --- | --- |
{figures}
| not `unclear` | {coverage:.2f} | |
| right, of what is not `unclear` | {accuracy:.2f} | |

| target | F_avg | right, of what is shown | shown, of the true ones |
| --- | --- | --- | --- |
{rows}
"""
FIGURES = {
    "f_avg": "F_avg of the most probable class",
    "macro_f1": "macro-F1",
    "precision": "right, of the favor and against that are shown",
    "recall": "shown, of the true favor and against",
    "ece": "calibration error of what is shown (ECE)",
}


def model_card(debate: Debate, head: Head, found: Mapping[str, Any]) -> str:
    """Markdown. `found` are the figures of `evaluate` on the examples of the split `test`."""
    values = {**found, **found["shown"]}
    intervals = found["intervals"]
    return CARD.format(
        title=debate.title,
        targets=len(head.targets),
        readers=_readers(head),
        model=head.model,
        fingerprint=head.fingerprint,
        examples=head.quality.examples,
        threshold=head.thresholds[0],
        posts=found["posts"],
        figures="\n".join(
            f"| {name} | {values[key]:.2f} | {intervals[key][0]:.2f} to {intervals[key][1]:.2f} |"
            for key, name in FIGURES.items()
        ),
        coverage=found["coverage"]["share"],
        accuracy=found["coverage"]["accuracy"],
        rows="\n".join(
            f"| {name} | {one['f_avg']:.2f} | {one['shown']['precision']:.2f} | {one['shown']['recall']:.2f} |"
            for name, one in found["targets"].items()
        ),
    )


def _readers(head: Head) -> str:
    """What reads tokens."""
    if not head.readers:
        return ""
    many = len(head.readers)
    told = f" and {many} small transformers over its tokens" if many > 1 else " and a small transformer over its tokens"
    return f"{told}, with a fine-tuned copy of the embedding model's upper half" if head.tuned else told
