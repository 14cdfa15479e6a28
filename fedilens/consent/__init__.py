"""Who is counted, and the pseudonyms under which."""

from fedilens.consent.decision import ConsentRules, Decision, decide
from fedilens.consent.pseudonyms import Pseudonyms, load_key
from fedilens.consent.public_check import PublicCheck

__all__ = ["ConsentRules", "Decision", "Pseudonyms", "PublicCheck", "decide", "load_key"]
