"""What a walkthrough begins with: on one screen, what it is about, and where its traffic comes from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ecsuite.contract import Contract
from ecsuite.quickstart import about, explanation, steps, title
from ecsuite.report.lines import Line, Part, line
from ecsuite.target import Target

# The terminal that it must fit.
WIDTH = 80
_EXPORT = "export EC_ACCESS_TOKEN=$(ecsuite token)"


def opening_lines(target: Target, contract: Contract) -> Iterator[Line]:
    """The screen, of lines that fit it as far as addresses do.

    Args:
        target: where the calls go.
        contract: what they are checked against.
    """
    yield line(Part(f"{contract.title}: the quickstart", "bold"))
    if target.mode == "replay":
        yield line(f"You see a {target.name}. Nothing is sent.")
    else:
        yield line(f"Everything is sent to {target.base_url}{' (local stand-in)' * (target.mode == 'local')}.")
    yield line("Every request and response is checked against")
    yield line(f"{contract.label}.")
    yield line("")
    yield from map(line, textwrap.wrap(about(contract.edition), WIDTH, break_on_hyphens=False))
    yield line("")
    told = steps(contract.edition)
    names = [f"{number:>2}  {title(step)}" for number, step in enumerate(told, 1)]
    longest = max(map(len, names))
    for name, step in zip(names, told, strict=True):
        first = explanation(step).partition(". ")[0].rstrip(".:")
        shown = textwrap.shorten(first, WIDTH - longest - 2, placeholder=" ...")
        yield line(Part(name.ljust(longest), "bold"), Part(f"  {shown}", "dim"))
    yield line("")
    yield line("Each step has its requests, as lines for curl, the responses, and how many")
    yield line("checks passed. --full names them, --step waits for a key before each step.")
    if target.mode == "live":
        yield line(f"Before you paste a line for curl: {_EXPORT}")
