"""The command `fedilens`."""

import sys
import traceback
from collections.abc import Sequence

from fedilens.cli import application
from fedilens.errors import FedilensError

ANYWHERE = frozenset({"--verbose", "--json-logs"})
"""Options of the program as a whole that may stand behind a command too."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code: 0 done, 1 failed, 2 wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    ordered = [one for one in given if one in ANYWHERE] + [one for one in given if one not in ANYWHERE]
    try:
        application(ordered, prog_name="fedilens")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    except BrokenPipeError:
        sys.stderr.close()  # Whoever read our output has enough of it.
        return 0
    except KeyboardInterrupt:
        return _fail("stopped", verbose=False)
    except FedilensError as error:
        return _fail(str(error), verbose="--verbose" in ordered)
    except Exception as error:  # noqa: BLE001  # the last border: a user never sees a traceback unasked
        kind = type(error).__name__
        return _fail(f"an error in fedilens ({kind}: {error}); --verbose shows where", verbose="--verbose" in ordered)
    return 0


def _fail(message: str, *, verbose: bool) -> int:
    if verbose:
        traceback.print_exc()
    sys.stderr.write("fedilens: " + " ".join(message.split()) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
