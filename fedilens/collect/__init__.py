"""Reading what is there: tag timelines of servers, and archives."""

from fedilens.collect.archive import Record, read_archive
from fedilens.collect.timelines import Extent, TagFilter, read_timeline

__all__ = ["Extent", "Record", "TagFilter", "read_archive", "read_timeline"]
