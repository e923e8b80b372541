"""First screen of the walkthrough: what it shows, and where its exchanges come from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ecsuite.contract import Contract
from ecsuite.quickstart import about, explanation, steps, title
from ecsuite.report.lines import Line, Part, line
from ecsuite.target import Target

# Columns of the smallest supported terminal.
WIDTH = 80
# Minimum characters of an explanation; a shorter one is not worth showing.
_LEAST = 20
_HOW = (
    "Each step has its requests, as lines for curl, the responses, and how many checks passed. --full names them, "
    "--step waits for a key before each step."
)
_EXPORT = "export EC_ACCESS_TOKEN=$(ecsuite token)"


def opening_lines(target: Target, contract: Contract, width: int = WIDTH) -> Iterator[Line]:
    """Yield the lines of the screen; only a long URL may exceed the width.

    Args:
        target: where the requests are sent.
        contract: the contract that they are checked against.
        width: columns of the screen.
    """
    width = min(width, WIDTH)
    yield line(Part(f"{contract.title}: the quickstart", "bold"))
    if target.mode == "replay":
        yield from _wrapped(f"You see a {target.name}. Nothing is sent.", width)
    else:
        yield line(f"Everything is sent to {target.base_url}{' (local stand-in)' * (target.mode == 'local')}.")
    yield from _wrapped("Every request and response is checked against", width)
    yield line(f"{contract.label}.")
    yield line("")
    yield from _wrapped(about(contract.edition), width)
    yield line("")
    told = steps(contract.edition)
    names = [f"{number:>2}  {title(step)}" for number, step in enumerate(told, 1)]
    longest = max(map(len, names))
    for name, step in zip(names, told, strict=True):
        first = explanation(step).partition(". ")[0].rstrip(".:")
        room = width - longest - 2
        shown = textwrap.shorten(first, room, placeholder=" ...") if room >= _LEAST else ""
        yield line(Part(name.ljust(longest) if shown else name, "bold"), Part(f"  {shown}" if shown else "", "dim"))
    yield line("")
    yield from _wrapped(_HOW, width)
    if target.mode == "live":
        yield line(f"Before you paste a line for curl: {_EXPORT}")


def _wrapped(text: str, width: int) -> Iterator[Line]:
    return map(line, textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))
