"""Standard streams that take nothing: closed, on a full disk, or read by nobody any more."""

from __future__ import annotations

import codecs
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

# What becomes of letters that a stream cannot show, as Python calls it.
_ESCAPED: Final = "ecsuite.escaped"


def open_missing() -> None:
    """Have every standard stream, for one that was closed (`>&-`) is None; what is written there goes nowhere."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  it lasts as the process


def escape_what_cannot_be_shown(stream: TextIO) -> None:
    """Have a stream write letters that its encoding lacks as JSON escapes them, so that JSON stays what it was."""
    codecs.register_error(_ESCAPED, _escaped)
    stream.reconfigure(errors=_ESCAPED)  # type: ignore[attr-defined]


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def discard(stream: TextIO) -> None:
    """Let nothing be written to a stream any more, not even what it holds when the process ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


def say(line: str, stream: TextIO | None = None) -> None:
    """Print a line to the standard error, or to another stream; where that takes nothing, there is nobody to tell."""
    stream = stream or sys.stderr
    try:
        print(line, file=stream, flush=True)
    except OSError:
        discard(stream)


def unwritable(error: OSError) -> str:
    """The line about an output that takes nothing."""
    return f"cannot write the output ({error.strerror or error}): give another place for it"
