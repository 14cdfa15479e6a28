"""Single keys from a terminal, or from the lines of whatever else stands on standard input."""

import sys
from typing import Protocol, TextIO


class Keys(Protocol):
    """Somebody's keyboard."""

    def next(self) -> str | None:
        """The next key in lower case; None when there will be no more."""
        ...


class LineKeys:
    """The first letter of each line; satisfies `Keys`."""

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines

    def next(self) -> str | None:
        """An empty line is a key that means nothing."""
        line = self._lines.readline()
        return line.strip()[:1].lower() if line else None


class TerminalKeys:
    """Each key as it is pressed, without Enter; satisfies `Keys`. Ctrl-C still interrupts."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    def next(self) -> str | None:
        """Waits for a key. However it ends, the terminal is as it was before."""
        import os
        import termios
        import tty

        number = self._terminal.fileno()
        before = termios.tcgetattr(number)
        try:
            tty.setcbreak(number, termios.TCSANOW)  # the default would drop what quick fingers typed ahead
            pressed = os.read(number, 1)
        finally:
            termios.tcsetattr(number, termios.TCSADRAIN, before)
        return None if pressed in (b"", b"\x04") else pressed.decode("ascii", "replace").lower()


def keys_of(file: TextIO) -> Keys:
    """Keys where a person sits, lines where a program writes (and on systems that know no termios)."""
    if not file.isatty() or sys.platform == "win32":
        return LineKeys(file)
    return TerminalKeys(file)
