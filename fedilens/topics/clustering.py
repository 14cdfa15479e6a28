"""Topics of a window: groups of documents that say similar things, without a number of groups given.

Communities in the graph of nearest neighbours (Leiden; Traag, Waltman and van Eck 2019), found finer than
wanted and then joined while their centres are nearly the same. Measured on arguments of known motions, this
finds the right number whether there are 6 motions or 49, where a single resolution finds too many of the one
or too few of the other. Deterministic, and the order of the documents does not matter.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from fedilens.topics.communities import (
    FINENESS,
    SMALLEST,
    THE_SAME,
    centre_of,
    communities,
    joined,
    nearest_centres,
)
from fedilens.topics.describing import Writer
from fedilens.topics.lineage import happened
from fedilens.topics.neighbours import Edges, Numbers, nearest_neighbours
from fedilens.topics.renewal import Renewal, renewed
from fedilens.types import Cluster, KnownTopic, Level, Topics, Vectors

THEME_FINENESS = 1.5
ARGUMENT_FINENESS = 1.5
THE_SAME_ARGUMENT = 0.85
FEWEST_FOR_ARGUMENTS = 12
"""Documents of a topic from which on it is worth looking for arguments inside."""
MOST_COMPARED = 40_000
"""Documents whose neighbours are looked for (ten seconds on two cores); the rest joins the nearest topic."""


def find_clusters(
    vectors: Vectors,
    terms: Sequence[Sequence[str]],
    *,
    common: frozenset[str],
    authors: Sequence[Hashable] | None = None,
    known: Sequence[KnownTopic] = (),
    most_compared: int = MOST_COMPARED,
) -> Topics:
    """The topics of documents, largest first, then their themes and the arguments inside them.

    `vectors` holds a unit row a document, `terms` its content words and phrases, `authors` who wrote it; `common` are
    words that every document of the debate carries and that therefore tell nothing. A topic that continues
    a `known` one keeps its label. The `parent` of a topic is the place of its theme in the list, that of an
    argument the place of its topic.
    """
    order = _order(vectors, most_compared)
    ordered = vectors[order]
    edges = nearest_neighbours(ordered[:most_compared])
    renewal = _grouped(ordered, edges, min(most_compared, len(order)), [one.vectors for one in known])
    names = [int(name) for name in np.unique(renewal.numbers[renewal.numbers >= 0])]
    groups = {name: np.sort(order[renewal.numbers == name]) for name in names}
    writer = Writer(vectors, terms, authors if authors is not None else range(len(vectors)), common)
    topics = dict(zip(names, writer.describe(list(groups.values()), Level.TOPIC), strict=True))
    for name in names:
        if name < len(known):
            topics[name] = replace(topics[name], label=known[name].label, continues=name)
    names.sort(key=lambda name: (-len(topics[name].members), topics[name].label, topics[name].members))
    places = {name: place for place, name in enumerate(names)}
    found = [topics[name] for name in names]
    theme_of = _themes(edges, renewal.numbers, names)
    kinds = list(dict.fromkeys(theme_of))
    themes = writer.describe([_together(found, theme_of, kind) for kind in kinds], Level.THEME)
    found = [replace(topic, parent=len(found) + kinds.index(kind)) for topic, kind in zip(found, theme_of, strict=True)]
    arguments = [
        replace(argument, parent=places[name])
        for name in names
        for argument in writer.describe(
            _arguments(ordered, edges, np.flatnonzero(renewal.numbers == name), order), Level.ARGUMENT
        )
    ]
    before = [len(one.vectors) for one in known]
    events = happened(renewal, places, before, [len(topic.members) for topic in found]) if known else []
    return Topics((*found, *themes, *arguments), tuple(events))


def _order(vectors: Vectors, first: int) -> Numbers:
    """Row numbers by what the rows say, not by how they came in; the first ones are spread over all."""
    order = np.lexsort(vectors[:, : min(16, vectors.shape[1])].T)
    if len(order) <= first:
        return order
    spread = np.linspace(0, len(order) - 1, first).astype(np.int64)
    return np.concatenate([order[spread], np.delete(order, spread)])


def _grouped(vectors: Vectors, edges: Edges, compared: int, known: Sequence[Vectors]) -> Renewal:
    """A topic's number for each document (-1 for none)."""
    numbers = np.full(len(vectors), -1, dtype=np.int64)
    if known:
        renewal = renewed(vectors[:compared], edges, known)
        numbers[:compared] = renewal.numbers
    else:
        numbers[:compared] = communities(edges, compared, fineness=FINENESS)
        renewal = Renewal(joined(vectors, numbers, the_same=THE_SAME))
        numbers = renewal.numbers
    names, sizes = np.unique(numbers[numbers >= 0], return_counts=True)
    names = names[sizes >= SMALLEST]
    numbers = np.where(np.isin(numbers, names), numbers, -1)
    if len(names):
        centres = np.stack([centre_of(vectors[numbers == name]) for name in names])
        outside = np.flatnonzero(numbers < 0)
        joins, _ = nearest_centres(vectors[outside], centres)
        numbers[outside] = np.where(joins >= 0, names[joins], -1)
    return replace(renewal, numbers=numbers)


def _together(topics: Sequence[Cluster], themes: Sequence[int], theme: int) -> Numbers:
    """The documents of the topics that share a theme."""
    return np.array(
        [row for topic, one in zip(topics, themes, strict=True) if one == theme for row in topic.members],
        dtype=np.int64,
    )


def _themes(edges: Edges, numbers: Numbers, names: Sequence[int]) -> list[int]:
    """For each topic the number of its theme: topics that hang together by many edges share one."""
    place = np.full(int(numbers.max(initial=-1)) + 2, -1, dtype=np.int64)
    place[list(names)] = np.arange(len(names))
    left, right = place[numbers[edges.left]], place[numbers[edges.right]]
    between = (left >= 0) & (right >= 0) & (left != right)
    pairs = np.sort(np.stack([left[between], right[between]], axis=1), axis=1).reshape(-1, 2)
    pairs, which = np.unique(pairs, axis=0, return_inverse=True)
    weights = np.bincount(which.ravel(), weights=edges.weight[between], minlength=len(pairs))
    hanging = Edges(pairs[:, 0], pairs[:, 1], weights.astype(np.float32))
    found = communities(hanging, len(names), fineness=THEME_FINENESS)
    alone = int(found.max(initial=-1)) + 1
    return [int(one) if one >= 0 else alone + row for row, one in enumerate(found)]


def _arguments(vectors: Vectors, edges: Edges, rows: Numbers, order: Numbers) -> list[Numbers]:
    """The groups inside a topic, largest first, as row numbers before ordering; none in a small or uniform topic."""
    if len(rows) < FEWEST_FOR_ARGUMENTS:
        return []
    rows = np.sort(rows)
    inside = edges.among(rows)
    local = Edges(np.searchsorted(rows, inside.left), np.searchsorted(rows, inside.right), inside.weight)
    numbers = communities(local, len(rows), fineness=ARGUMENT_FINENESS)
    numbers = joined(vectors[rows], numbers, the_same=THE_SAME_ARGUMENT)
    groups = [np.sort(order[rows[numbers == name]]) for name in np.unique(numbers[numbers >= 0])]
    groups = sorted((group for group in groups if len(group) >= SMALLEST), key=lambda group: -len(group))
    return groups if len(groups) > 1 else []
