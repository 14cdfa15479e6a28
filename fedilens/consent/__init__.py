"""Who is counted, and the pseudonyms under which."""

from fedilens.consent.decision import ConsentRules, Decision, decide
from fedilens.consent.pseudonyms import Pseudonyms, load_key

__all__ = ["ConsentRules", "Decision", "Pseudonyms", "decide", "load_key"]
