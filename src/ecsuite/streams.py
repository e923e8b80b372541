"""Standard streams that cannot be written: closed, on a full disk, or without a reader."""

from __future__ import annotations

import codecs
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

# The name of our error handler for characters that a stream cannot encode.
_ESCAPED: Final = "ecsuite.escaped"


def open_missing() -> None:
    """Replace standard streams that are None because they were closed (`>&-`) by the null device."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  it lasts as the process


def escape_what_cannot_be_shown(stream: TextIO) -> None:
    """Make a stream write characters that it cannot encode as JSON escapes, so that JSON output stays valid."""
    codecs.register_error(_ESCAPED, _escaped)
    stream.reconfigure(errors=_ESCAPED)  # type: ignore[attr-defined]


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def discard(stream: TextIO) -> None:
    """Discard everything that is written to a stream, including what it has buffered."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


def say(line: str, stream: TextIO | None = None) -> None:
    """Print a line to standard error, or to another stream; if that fails, ignore the error."""
    stream = stream or sys.stderr
    try:
        print(line, file=stream, flush=True)
    except OSError:
        discard(stream)


def unwritable(error: OSError) -> str:
    """The message about an output that cannot be written."""
    return f"cannot write the output ({error.strerror or error}): give another place for it"
