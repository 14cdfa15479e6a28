"""Who is counted, and the pseudonyms under which."""

from fedilens.consent.blocklists import Blocklist, joined, read_blocklist
from fedilens.consent.decision import ConsentRules, Decision, decide
from fedilens.consent.pseudonyms import Pseudonyms, load_key
from fedilens.consent.public_check import PublicCheck

__all__ = [
    "Blocklist",
    "ConsentRules",
    "Decision",
    "Pseudonyms",
    "PublicCheck",
    "decide",
    "joined",
    "load_key",
    "read_blocklist",
]
