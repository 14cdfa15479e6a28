"""A database of posts with stances, vectors and reasons, written row by row."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from stored import KEYS, MODEL, NOW, clean, database_at, post, save

from fedilens.store import Database
from fedilens.store.analyses import WHOLE
from fedilens.store.bulk import insert
from fedilens.types import Label

Three = tuple[float, float, float]
SURE: Three = (0.02, 0.02, 0.96)
TORN: Three = (0.4, 0.3, 0.3)
TEXTS = {1: "The trams are loud.", 2: "I walked [red]home[/red].", 3: "Power to the trams!", 4: "Rain again."}


def posts_with_texts(folder: Path, texts: Mapping[int, str] = TEXTS, **accts: str) -> Database:
    """Posts by people of their own, or by `post1="ann@a.example"`, cleaned to these texts."""
    database = database_at(folder)
    save(database, *(post(number, acct=accts.get(f"post{number}", "")) for number in texts))
    clean(database, dict(texts))
    return database


def give_stances(
    database: Database, stances: Mapping[str, Mapping[str, Three]], *, debate: str = "toy", evidence: int | None = None
) -> None:
    """The probabilities of texts on targets, with the most probable as label."""
    rows = [
        {
            "content_hash": KEYS.text(text), "debate": debate, "target": target, "detector": "d",
            "label": (Label.FAVOR, Label.AGAINST, Label.NONE)[int(np.argmax(three))].value,
            "favor": three[0], "against": three[1], "none": three[2], "evidence": evidence,
        }
        for text, found in stances.items()
        for target, three in found.items()
    ]  # fmt: skip
    schema = (
        "content_hash UUID, debate VARCHAR, target VARCHAR, detector VARCHAR, label VARCHAR, favor FLOAT, "
        "against FLOAT, none FLOAT, evidence SMALLINT"
    )
    with database.write() as connection:
        insert(connection, "stances", rows, schema)


def give_vectors(
    database: Database, vectors: Mapping[str, Sequence[float]], *, position: int = WHOLE, model: str = MODEL
) -> None:
    """A unit vector for each text, for the whole of it or for its sentence at `position`, which is then stored too."""
    rows: list[dict[str, Any]] = [
        {
            "content_hash": KEYS.text(text), "position": position, "model": model, "text": text, "lemmas": [],
            "vector": np.asarray(vector, dtype=np.float32) / np.linalg.norm(vector),
        }
        for text, vector in vectors.items()
    ]  # fmt: skip
    place = "content_hash UUID, position SMALLINT"
    with database.write() as connection:
        insert(connection, "embeddings", rows, f"{place}, model VARCHAR, vector FLOAT[]")
        if position != WHOLE:
            insert(connection, "sentences", rows, f"{place}, text VARCHAR, lemmas VARCHAR[]")


def doubtful(folder: Path) -> Database:
    """TEXTS with stances on `power` and `joy`: torn on some, sure on others; each text is an axis of its own."""
    database = posts_with_texts(folder)
    stances = {
        TEXTS[1]: {"power": TORN, "joy": TORN},
        TEXTS[2]: {"power": SURE, "joy": TORN},
        TEXTS[3]: {"power": TORN, "joy": SURE},
        TEXTS[4]: {"power": SURE, "joy": SURE},
    }
    give_stances(database, stances)
    give_vectors(database, dict(zip(TEXTS.values(), np.eye(4).tolist(), strict=True)))
    return database


__all__ = ["NOW", "SURE", "TEXTS", "TORN", "doubtful", "give_stances", "give_vectors", "posts_with_texts"]
