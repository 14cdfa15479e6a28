"""Everything that is kept: one DuckDB file, opened for a moment at a time."""

from fedilens.store.connection import Database

__all__ = ["Database"]
