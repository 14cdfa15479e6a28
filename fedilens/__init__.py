"""fedilens: see what a hashtag argues about."""

__version__ = "0.1.0"
