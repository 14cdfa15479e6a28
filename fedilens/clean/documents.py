"""What becomes of a cleaned text and its links: what a model reads, and one form for one article."""

import re
from urllib.parse import unquote, urlsplit, urlunsplit

from fedilens.clean.plain_text import HASHTAG, SOMEONE, URL

TRACKING_PREFIXES = ("utm_", "mc_", "mtm_", "pk_", "hsa_", "_hs", "at_")
TRACKING_PARAMETERS = frozenset(
    """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh li_fat_id mkt_tok vero_id
    ref ref_src ref_url referrer referer source_ref cmpid cmp ncid ocid smid sref __twitter_impression
    """.split()  # noqa: SIM905  # a list of names is read more easily as a text
)
"""Parameters that tell where a reader came from and not what is read."""

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_MENTIONS_IN_FRONT = re.compile(rf"\A(?:{SOMEONE}(?!\w)[\s,:;.]*)+")


def canonical_link(url: str) -> str:
    """One form for all links to the same article; what is no http(s) URL is given back as it came.

    Scheme and host are lower case; tracking parameters, fragment, default port, user name and the
    trailing slash are gone. Case and order of everything else stay.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        return url
    host = re.sub(rf"(?:{_DEFAULT_PORTS[scheme]}|:)+\Z", "", parts.netloc.rpartition("@")[2].lower())
    if not host:
        return url
    query = "&".join(pair for pair in parts.query.split("&") if not _tracks(pair))
    return urlunsplit((scheme, host, parts.path.rstrip("/"), query, ""))


def _tracks(pair: str) -> bool:
    name = unquote(pair.partition("=")[0]).lower()
    return not pair or name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)


def embedding_text(text: str) -> str:
    """What a model reads of a cleaned text, in one line.

    Without URLs and without the mentions it starts with; a hashtag reads as its word.
    """
    folded = " ".join(URL.sub(" ", text).split())
    spoken = _MENTIONS_IN_FRONT.sub("", folded)
    return HASHTAG.sub(lambda match: match["name"], spoken)
