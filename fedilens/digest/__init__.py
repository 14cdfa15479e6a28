"""What is told: a digest built from answers, and its renderings."""

from fedilens.digest.about import Practice, announcement, profile, render_about
from fedilens.digest.answers import tell_digest, tell_tag, tell_target, tell_topics
from fedilens.digest.archive import INDEX, archive_files
from fedilens.digest.build import DigestRules, build_digest
from fedilens.digest.charts import picture
from fedilens.digest.correcting import correction_note, corrections_told, no_longer_true
from fedilens.digest.data import render_json
from fedilens.digest.email import render_mail
from fedilens.digest.facts import Facts
from fedilens.digest.feed import render_feed
from fedilens.digest.page import render_page
from fedilens.digest.text import render_text
from fedilens.digest.thread import length, packed, render_thread, without_mentions

__all__ = [
    "INDEX",
    "DigestRules",
    "Facts",
    "Practice",
    "announcement",
    "archive_files",
    "build_digest",
    "correction_note",
    "corrections_told",
    "length",
    "no_longer_true",
    "packed",
    "picture",
    "profile",
    "render_about",
    "render_feed",
    "render_json",
    "render_mail",
    "render_page",
    "render_text",
    "render_thread",
    "tell_digest",
    "tell_tag",
    "tell_target",
    "tell_topics",
    "without_mentions",
]
