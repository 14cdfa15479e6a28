"""Texts in, findings out. Each step finds its work by what is missing, in batches that are one commit each.

The batches are cut in the order of ids, so that a run that was killed and started again computes the same
batches, and with them the same vectors to the last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from uuid import UUID

import numpy as np

from fedilens.annotate import decide_language
from fedilens.clean import canonical_link, clean_status, embedding_text
from fedilens.opinion import ReasonKey, match_reasons
from fedilens.pipeline.comparing import mark_duplicates
from fedilens.protocols import Clock, Encoder, Identifier, Linguist, Progress
from fedilens.stance import Debate, Detector, Reading
from fedilens.store.analyses import AnalysisStore, CleanedStatus, RawText
from fedilens.store.readings import Embedded, ReasonMatch, Scored
from fedilens.store.topics import Centres, TopicStore
from fedilens.topics import centre_of, find_clusters, nearest_centres, terms_of
from fedilens.types import Document, Sentence, Tokens, TokenStates, Topics, Vectors, Window

CLEAN_BATCH = 500
EMBED_BATCH = 128
SCORE_BATCH = 200
REFIT = timedelta(days=1)
"""Topics are found anew once a day."""
ENOUGH_DOCUMENTS = 500
LOOKING_BACK = timedelta(days=28)
"""So far back goes what topics are found in where a window has not ENOUGH_DOCUMENTS."""
CHUNK_WORDS = 120
"""Words that are embedded at once: the packaged model reads 256 word pieces and drops the rest."""


@dataclass(frozen=True, slots=True)
class Analyst:
    """What analysing needs: the models, the debate and where findings go."""

    store: AnalysisStore
    topics: TopicStore
    identify: Identifier
    linguist: Linguist
    encoder: Encoder
    detector: Detector
    debate: Debate
    clock: Clock


class Reasons:
    """A debate's reasons; their vectors are made when they are first wanted."""

    def __init__(self, debate: Debate, encoder: Encoder) -> None:
        self.keys = tuple(
            ReasonKey(target.name, reason.side, reason.text) for target in debate.targets for reason in target.reasons
        )
        self._encoder = encoder

    @cached_property
    def vectors(self) -> Vectors:
        """A row a reason."""
        return self._encoder.encode([key.text for key in self.keys])


@dataclass(frozen=True, slots=True)
class AnalysisReport:
    """How much was done: posts cleaned, documents embedded, documents scored."""

    cleaned: int
    embedded: int
    scored: int


def analyze(analyst: Analyst, *, progress: Progress) -> AnalysisReport:
    """Cleans, embeds and scores whatever is missing. Can be stopped and started at any moment."""
    cleaned = clean_missing(analyst, progress=progress)
    mark_duplicates(analyst.store)
    reasons = Reasons(analyst.debate, analyst.encoder)
    embedded = embed_missing(analyst, reasons, progress=progress)
    scored = score_missing(analyst, reasons, progress=progress)
    return AnalysisReport(cleaned, embedded, embedded + scored)


def clean_missing(analyst: Analyst, *, progress: Progress) -> int:
    """HTML into documents, for every status without one; returns how many."""
    done = 0
    while batch := analyst.store.uncleaned(most=CLEAN_BATCH):
        cleaned = [_clean(raw, analyst.identify) for raw in batch]
        analyst.store.save_cleaned(cleaned, now=analyst.clock.now())
        done += len(batch)
        progress.advance(len(batch))
    return done


def embed_missing(analyst: Analyst, reasons: Reasons, *, progress: Progress) -> int:
    """Sentences, entities, vectors and stances, for every document in a language that the model reads."""
    encoder, done = analyst.encoder, 0
    centres = analyst.topics.centres(model=encoder.name)
    languages = sorted(encoder.languages)
    while batch := analyst.store.unembedded(model=encoder.name, languages=languages, most=EMBED_BATCH):
        embedded = embed_documents(batch, linguist=analyst.linguist, encoder=encoder)
        analyst.store.save_embedded(embedded, model=encoder.name, scored=_score(analyst, embedded, reasons))
        assign_topics(centres, embedded, analyst.topics)
        done += len(batch)
        progress.advance(len(batch))
    return done


def score_missing(analyst: Analyst, reasons: Reasons, *, progress: Progress) -> int:
    """Stances and reasons, for every embedded document that this detector has not read: a head was trained anew."""
    done = 0
    while batch := analyst.store.unscored(
        model=analyst.encoder.name, debate=analyst.debate.name, detector=analyst.detector.name, most=SCORE_BATCH
    ):
        if analyst.detector.reads_tokens:
            found = read_tokens([one.sentences for one in batch], analyst.encoder)
            batch = [replace(one, tokens=tokens) for one, (_, tokens) in zip(batch, found, strict=True)]
        scored = _score(analyst, batch, reasons)
        analyst.store.save_stances(
            scored.stances, debate=scored.debate, detector=scored.detector, reasons=scored.reasons
        )
        done += len(batch)
        progress.advance(len(batch))
    return done


def _score(analyst: Analyst, embedded: Sequence[Embedded], reasons: Reasons) -> Scored:
    found = analyst.detector.score([reading(one) for one in embedded])
    matches = [
        ReasonMatch(
            one.document.content_hash, match.reason.target, match.reason.side.value, match.reason.text, match.similarity
        )
        for one, stances in zip(embedded, found, strict=True)
        for match in match_reasons(stances, one.sentence_vectors, reasons.keys, reasons.vectors)
    ]
    hashes = [one.document.content_hash for one in embedded]
    return Scored(analyst.debate.name, analyst.detector.name, dict(zip(hashes, found, strict=True)), matches)


def find_topics(analyst: Analyst, window: Window) -> Topics:
    """The topics of a window, in the place of those found for it before; what they continue keeps its id.

    In a window of few documents those of the weeks before help to find them; who speaks of a topic is counted in
    the window alone.
    """
    model = analyst.encoder.name
    known = analyst.topics.known(window, model=model)
    documents = analyst.store.window_documents(window, model=model)
    if len(documents) < ENOUGH_DOCUMENTS:
        longer = Window(min(window.start, window.end - LOOKING_BACK), window.end)
        documents = analyst.store.window_documents(longer, model=model)
    hashes = [one.document.content_hash for one in documents]
    authors = analyst.store.authors(hashes)
    vectors = np.concatenate([one.whole for one in documents]) if documents else np.zeros((0, 1), dtype=np.float32)
    found = find_clusters(
        vectors,
        [terms_of([sentence.lemmas for sentence in one.sentences]) for one in documents],
        common=frozenset(analyst.debate.hashtags),
        authors=[authors.get(hashed, hashed) for hashed in hashes],
        known=list(known.values()),
    )
    analyst.topics.save_topics(
        found,
        known=list(known),
        labels=[topic.label for topic in known.values()],
        centres={place: centre_of(vectors[list(topic.members)]) for place, topic in enumerate(found.topics)},
        hashes=hashes,
        window=window,
        model=model,
        identify=analyst.identify,
        now=analyst.clock.now(),
    )
    return found


def renew_topics(analyst: Analyst, window: Window) -> bool:
    """Finds the topics of the window unless there was a refit at most REFIT before its end; tells whether it did."""
    if analyst.topics.fitted(after=window.end - REFIT, until=window.end, model=analyst.encoder.name):
        return False
    find_topics(analyst, window)
    return True


def assign_topics(centres: Centres | None, embedded: Sequence[Embedded], store: TopicStore) -> None:
    """Puts new documents into the topics of the latest refit; what is near none waits for the next one."""
    if centres is None:
        return
    nearest, cosines = nearest_centres(np.concatenate([one.whole for one in embedded]), centres.vectors)
    store.assign(
        centres,
        {
            one.document.content_hash: (int(row), float(cosine))
            for one, row, cosine in zip(embedded, nearest, cosines, strict=True)
            if row >= 0
        },
    )


def embed_documents(documents: Sequence[Document], *, linguist: Linguist, encoder: Encoder) -> list[Embedded]:
    """Sentences, vectors and tokens of documents. A long document's vector is the mean of its parts' vectors."""
    sentences = _sentences(documents, linguist)
    texts: dict[str, int] = {}
    singles = [[texts.setdefault(embedding_text(one.text), len(texts)) for one in found] for found in sentences]
    read = read_tokens(sentences, encoder)
    vectors = encoder.encode(list(texts))
    return [
        Embedded(document, found, whole, vectors[single].reshape(len(single), whole.shape[1]), tokens)
        for document, found, single, (whole, tokens) in zip(documents, sentences, singles, read, strict=True)
    ]


def read_tokens(sentences: Sequence[Sequence[Sentence]], encoder: Encoder) -> list[tuple[Vectors, Tokens | None]]:
    """Of each document (its sentences) the vector, shape (1, dimensions), and the tokens."""
    parts = [chunks(found) for found in sentences]
    texts = list(dict.fromkeys(text for found in parts for text, _ in found))
    vectors, states = encoder.read(texts)
    places = {text: place for place, text in enumerate(texts)}
    return [
        (
            _mean(vectors[[places[text] for text, _ in found]]),
            None if states is None else _tokens([(states[places[text]], first) for text, first in found]),
        )
        for found in parts
    ]


def chunks(sentences: Sequence[Sentence]) -> list[tuple[str, tuple[int, ...]]]:
    """Consecutive sentences as texts of at most CHUNK_WORDS words (one long sentence stays whole); at least one.

    With each text the number of the sentence that each of its characters stands in.
    """
    parts: list[list[tuple[str, int]]] = [[]]
    words = 0
    for number, sentence in enumerate(sentences):
        text = embedding_text(sentence.text)
        count = len(text.split())
        if parts[-1] and words + count > CHUNK_WORDS:
            parts.append([])
            words = 0
        parts[-1].append((text, number))
        words += count
    return [
        (" ".join(text for text, _ in part), tuple(number for text, number in part for _ in range(len(text) + 1)))
        for part in parts
    ]


def _tokens(parts: Sequence[tuple[TokenStates, tuple[int, ...]]]) -> Tokens:
    """The tokens of a document's chunks one behind the other, each in the sentence that it begins in."""
    numbers = [
        np.asarray([owner[start] if end > start else -1 for start, end in states.spans], dtype=np.int64)
        for states, owner in parts
    ]
    return Tokens(np.concatenate([states.states for states, _ in parts]), np.concatenate(numbers))


def reading(embedded: Embedded) -> Reading:
    """What a detector reads of a document."""
    return Reading(
        tuple(embedding_text(sentence.text) for sentence in embedded.sentences),
        embedded.whole.ravel(),
        embedded.sentence_vectors,
        embedded.tokens,
    )


def _sentences(documents: Sequence[Document], linguist: Linguist) -> list[tuple[Sentence, ...]]:
    """Each document's sentences, annotated language by language."""
    found: dict[UUID, tuple[Sentence, ...]] = {}
    for language in dict.fromkeys(document.language for document in documents):
        same = [document for document in documents if document.language == language]
        annotated = linguist.annotate([document.text for document in same], language=language)
        found.update(zip((document.content_hash for document in same), annotated, strict=True))
    return [found[document.content_hash] for document in documents]


def _mean(vectors: Vectors) -> Vectors:
    mean = vectors.mean(axis=0, keepdims=True)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)


def _clean(raw: RawText, identify: Identifier) -> CleanedStatus:
    clean = clean_status(raw.content, raw.spoiler_text, raw.tags)
    links = dict.fromkeys(canonical_link(link) for link in (*clean.links, *([raw.card_url] if raw.card_url else [])))
    return CleanedStatus(
        raw.status_id,
        Document(identify.text(clean.text), clean.text, decide_language(raw.language, clean.text)),
        clean.tags,
        tuple(links),
    )
