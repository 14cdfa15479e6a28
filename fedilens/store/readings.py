"""What reading documents gives, and how it is written: sentences, entities, vectors, stances and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fedilens.store.bulk import Row, incoming, insert, insert_missing, replace
from fedilens.types import Document, Sentence, Stance, Tokens, Vectors

WHOLE = -1
"""The position, among a document's vectors, of the one for the whole of it."""

_VECTOR = "content_hash UUID, position SMALLINT, model VARCHAR, vector FLOAT[]"
_STANCE = (
    "content_hash UUID, debate VARCHAR, target VARCHAR, detector VARCHAR, label VARCHAR, favor FLOAT, "
    "against FLOAT, none FLOAT, evidence SMALLINT"
)
_REASON = "content_hash UUID, debate VARCHAR, target VARCHAR, side VARCHAR, reason VARCHAR, similarity FLOAT"


@dataclass(frozen=True, slots=True)
class ReasonMatch:
    """A document gives one of the debate's reasons, in a sentence this similar to it (cosine)."""

    content_hash: UUID
    target: str
    side: str
    reason: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Embedded:
    """A document with its sentences and vectors, of which `sentence_vectors` has a row a sentence.

    `tokens` are there while a document is read; they are not stored, for they are a hundred times the vectors' size.
    """

    document: Document
    sentences: tuple[Sentence, ...]
    whole: Vectors
    sentence_vectors: Vectors
    tokens: Tokens | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """What a detector found in documents: the stances of each on a debate's targets, and the reasons given."""

    debate: str
    detector: str
    stances: Mapping[UUID, Sequence[Stance]]
    reasons: Sequence[ReasonMatch]


def add_embedded(connection: Any, embedded: Sequence[Embedded], *, model: str) -> None:
    """Adds sentences, entities and vectors of documents, inside the caller's transaction."""
    sentences: list[Row] = []
    entities: list[Row] = []
    vectors: list[Row] = []
    for one in embedded:
        hashed = one.document.content_hash
        vectors.append({"content_hash": hashed, "position": WHOLE, "model": model, "vector": one.whole.ravel()})
        for position, sentence in enumerate(one.sentences):
            place = {"content_hash": hashed, "position": position}
            sentences.append(place | {"text": sentence.text, "lemmas": list(sentence.lemmas)})
            entities.extend(place | {"name": item.name, "label": item.label} for item in sentence.entities)
            vectors.append(place | {"model": model, "vector": one.sentence_vectors[position]})
    place_schema = "content_hash UUID, position SMALLINT"
    replace(
        connection,
        "sentences",
        sentences,
        f"{place_schema}, text VARCHAR, lemmas VARCHAR[]",
        key=("content_hash", "position"),
    )
    replace(
        connection,
        "entities",
        entities,
        f"{place_schema}, name VARCHAR, label VARCHAR",
        key=("content_hash", "position", "name"),
    )
    insert_missing(connection, "embeddings", vectors, _VECTOR, key=("content_hash", "position", "model"))


def replace_stances(connection: Any, scored: Scored) -> None:
    """Puts stances and reasons in the place of earlier ones, inside the caller's transaction."""
    rows = [
        {
            "content_hash": hashed,
            "debate": scored.debate,
            "target": stance.target,
            "detector": scored.detector,
            "label": stance.label.value,
            "favor": stance.favor,
            "against": stance.against,
            "none": stance.none,
            "evidence": stance.evidence,
        }
        for hashed, found in scored.stances.items()
        for stance in found
    ]
    matches = [
        {
            "content_hash": match.content_hash,
            "debate": scored.debate,
            "target": match.target,
            "side": match.side,
            "reason": match.reason,
            "similarity": match.similarity,
        }
        for match in scored.reasons
    ]
    done = [{"content_hash": hashed, "debate": scored.debate} for hashed in scored.stances]
    with incoming(connection, done, "content_hash UUID, debate VARCHAR") as source:
        for table in ("stances", "reason_matches"):
            connection.execute(
                f"DELETE FROM {table} t USING {source} i WHERE t.content_hash = i.content_hash AND t.debate = i.debate"
            )
    insert(connection, "stances", rows, _STANCE)
    insert(connection, "reason_matches", matches, _REASON)
