"""Is this a word of English, or somebody's name? Asked before publishing, so it takes no pipeline to load.

The words are those of WordNet and of the lemma table, as spacy-lookups-data carries them, without what those leave
out: words that only join others, and the words of this trade.
"""

import gzip
import json
from functools import cache
from importlib import resources

_TABLES = ("en_lemma_index", "en_lemma_lookup")
_MORE = frozenset(
    """
    against although among anybody anyone anything because behind beside besides beyond cannot could during each
    either else ever every everybody everyone everything except for from hence her hers herself him himself his how
    however into its itself neither nobody nor nothing our ours ourselves several shall she should since some
    somebody someone something somewhere than that the their theirs them themselves then there these they this
    those though through throughout thus till toward towards under unless until upon was were what whatever when
    whenever where whereas whether which whichever while who whoever whom whose why with within without would yet
    you your yours yourself yourselves
    atom bot bots css csv feedgen fedilens fediverse hashtag hashtags html http https indexable indexing json lang
    mastodon noai noarchive nobot noindex nollm nosearch online png pre rss svg uri url utf webpage website xml
    """.split()  # noqa: SIM905  # a list of words is read more easily as a text
)


def is_english(word: str) -> bool:
    """Is a word in lower case one that a dictionary has? Names that are words too, such as Rose, are words."""
    return word in _words()


@cache
def _words() -> frozenset[str]:
    folder = resources.files("spacy_lookups_data") / "data"
    index, lookup = (json.loads(gzip.decompress((folder / f"{name}.json.gz").read_bytes())) for name in _TABLES)
    return _MORE.union(lookup, lookup.values(), *index.values())
