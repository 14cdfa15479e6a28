"""What is told: a digest built from answers, and its renderings."""

from fedilens.digest.build import DigestRules, Facts, build_digest
from fedilens.digest.data import render_json
from fedilens.digest.feed import render_feed
from fedilens.digest.page import render_page
from fedilens.digest.text import render_text
from fedilens.digest.thread import length, render_thread

__all__ = [
    "DigestRules",
    "Facts",
    "build_digest",
    "length",
    "render_feed",
    "render_json",
    "render_page",
    "render_text",
    "render_thread",
]
