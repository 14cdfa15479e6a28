"""Labelling with the configured database and debate; labels into a file."""

import getpass
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fedilens.app.core import App
from fedilens.errors import InputError
from fedilens.pipeline import labelling
from fedilens.pipeline.labelling import Answer, Ask, Labeller, load_labelled, questions
from fedilens.stance import Example
from fedilens.store.labels import LabelStore


def label_posts(app: App, ask: Ask, *, most: int) -> Counter[Answer]:
    """A sitting: asks about `most` posts. Raises InputError where there is nothing to ask."""
    labeller = Labeller(LabelStore(app.database), app.debate, labeller_name(app), app.clock)
    asked = questions(labeller, model=app.encoder.name, most=most)
    if not asked:
        raise InputError(
            f"there is no post with stances on the debate {app.debate.name!r} that still needs a label; "
            "run `fedilens collect` and `fedilens analyze` first"
        )
    return labelling.label_posts(labeller, asked, ask)


def labelled_examples(app: App) -> list[Example]:
    """What people labelled, to train with; nothing where there is no database yet.

    Labels do not count among a detector's measured errors: those asked about are the posts that it is least sure of.
    """
    return load_labelled(app.database, app.debate) if app.config.store.path.exists() else []


def labeller_name(app: App) -> str:
    """Who labels: as configured, else the user of this computer."""
    try:
        return app.config.debate.labelled_by or getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return "operator"


def export_labels(app: App, path: Path) -> int:
    """Writes what people labelled as lines of examples.jsonl, readable by the operator alone; returns how many.

    Raises InputError if the file is there already or cannot be written; then nothing is.
    """
    if path.exists():
        raise InputError(f"{path} is there already; name a new file")
    lines = example_lines(load_labelled(app.database, app.debate))
    aside = path.with_name(path.name + ".part")
    try:
        aside.touch(mode=0o600)
        aside.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
        aside.rename(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
    return len(lines)


def example_lines(examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Examples as lines of examples.jsonl. Authors are numbered: a file needs no pseudonyms."""
    numbers = {voice: number for number, voice in enumerate(dict.fromkeys(one.voice for one in examples), start=1)}
    return [
        {
            "id": f"label-{one.id}",
            "text": one.text,
            "language": one.language,
            "labels": {target: label.value for target, label in one.labels.items()},
            "voice": f"person {numbers[one.voice]}",
        }
        for one in examples
    ]
