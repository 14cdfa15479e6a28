"""Topics of a window: groups of documents that say similar things, without a number of groups given.

Average-linkage agglomerative clustering on cosine distance (Sokal and Michener 1958): deterministic, and
the order of the documents does not matter. It compares all pairs, so of a large window a part is clustered
and the rest joins the nearest topic.
"""

from collections.abc import Sequence

import numpy as np

from fedilens.topics.labels import key_terms, label_of
from fedilens.types import Cluster, Vectors

APART = 0.70
"""Cosine distance between groups from which on they are different topics."""
SMALLEST = 3
"""Documents. Fewer are no topic but a coincidence."""
MOST_COMPARED = 4_000
"""Documents that are compared pair by pair (128 MB of distances)."""
NEAR_ENOUGH = 0.40
"""Cosine to a topic's centre from which on a document that was not compared joins it."""
EXEMPLARS = 3
EXEMPLAR_DIFFERENCE = 0.85
"""Exemplars nearer to each other than this cosine would say the same thing twice."""


def find_clusters(vectors: Vectors, lemmas: Sequence[Sequence[str]], *, common: frozenset[str]) -> list[Cluster]:
    """The topics of documents, largest first.

    `vectors` holds a unit row a document, `lemmas` its content words; `common` are words that every document
    of the debate carries and that therefore tell nothing.
    """
    if len(vectors) < SMALLEST:
        return []
    numbers = _grouped(vectors)
    groups = [np.flatnonzero(numbers == number) for number in np.unique(numbers[numbers >= 0])]
    groups = [group for group in groups if len(group) >= SMALLEST]
    terms = key_terms([[lemmas[int(row)] for row in group] for group in groups], common=common)
    clusters = [_cluster(vectors, group, words) for group, words in zip(groups, terms, strict=True)]
    return sorted(clusters, key=lambda cluster: (-len(cluster.members), cluster.label, cluster.members))


def _grouped(vectors: Vectors) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """A group's number for each document; -1 for none."""
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415  # takes a second to load

    model = AgglomerativeClustering(n_clusters=None, metric="cosine", linkage="average", distance_threshold=APART)
    compared = vectors[:MOST_COMPARED]
    numbers = np.asarray(model.fit_predict(compared), dtype=np.int64)
    rest = vectors[MOST_COMPARED:]
    if not len(rest):
        return numbers
    names, sizes = np.unique(numbers, return_counts=True)
    names = names[sizes >= SMALLEST]
    if not len(names):
        return np.concatenate([numbers, np.full(len(rest), -1)])
    centres = np.stack([_centre(compared[numbers == name]) for name in names])
    similarities = rest @ centres.T
    joined = np.where(similarities.max(axis=1) >= NEAR_ENOUGH, names[similarities.argmax(axis=1)], -1)
    return np.concatenate([numbers, joined])


def _cluster(vectors: Vectors, group: "np.ndarray[tuple[int], np.dtype[np.int64]]", words: list[str]) -> Cluster:
    closeness = vectors[group] @ _centre(vectors[group])
    order = np.lexsort((group, -closeness.round(6)))
    members = tuple(int(row) for row in group[order])
    return Cluster(
        label=label_of(words),
        keywords=tuple(words),
        members=members,
        closeness=tuple(float(np.clip(value, 0.0, 1.0)) for value in closeness[order]),
        exemplars=_exemplars(vectors, members),
    )


def _exemplars(vectors: Vectors, members: Sequence[int]) -> tuple[int, ...]:
    """The most central members that are different enough from each other."""
    chosen: list[int] = []
    for row in members:
        if all(float(vectors[row] @ vectors[other]) < EXEMPLAR_DIFFERENCE for other in chosen):
            chosen.append(row)
        if len(chosen) == EXEMPLARS:
            break
    return tuple(chosen)


def _centre(vectors: Vectors) -> Vectors:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)
