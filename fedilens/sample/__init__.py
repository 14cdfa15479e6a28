"""A small written corpus, and loopback servers that play it as the Mastodon API: for the demo and the tests.

The accounts and posts are invented, all but the golden post; hosts end in `.example`.
"""

from fedilens.sample.addresses import Software
from fedilens.sample.api import TOKEN
from fedilens.sample.corpus import Corpus, SampleAccount, SampleEdit, SamplePost, load_corpus
from fedilens.sample.faults import Fault, FaultKind
from fedilens.sample.limits import RateLimit
from fedilens.sample.server import SampleServer
from fedilens.sample.views import View, demo_views

__all__ = [
    "TOKEN",
    "Corpus",
    "Fault",
    "FaultKind",
    "RateLimit",
    "SampleAccount",
    "SampleEdit",
    "SamplePost",
    "SampleServer",
    "Software",
    "View",
    "demo_views",
    "load_corpus",
]
