"""Builds the real parts from the configuration: the only place that does."""

from fedilens.app.core import App, Silence, SystemClock

__all__ = ["App", "Silence", "SystemClock"]
