"""The commands: each parses, calls one function, and prints."""

from fedilens.cli.root import application

__all__ = ["application"]
