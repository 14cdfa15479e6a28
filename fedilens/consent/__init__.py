"""Who is counted, and the pseudonyms under which."""

from fedilens.consent.blocklists import Blocklist, joined, read_blocklist
from fedilens.consent.decision import ConsentRules, Decision, decide
from fedilens.consent.exports import Cleaned, clean_exports
from fedilens.consent.pseudonyms import Pseudonyms, load_key
from fedilens.consent.public_check import PublicCheck
from fedilens.consent.traces import Traces

__all__ = [
    "Blocklist",
    "Cleaned",
    "ConsentRules",
    "Decision",
    "Pseudonyms",
    "PublicCheck",
    "Traces",
    "clean_exports",
    "decide",
    "joined",
    "load_key",
    "read_blocklist",
]
