"""The exchanges of a run as an HTTP Archive (HAR 1.2), as browsers and proxies write and read it.

Entries are made when a test ends, for only then all secrets are known, and all that is the run's own. They are kept in
files of parts, one a process, an entry a line, and put together at the end: no run holds them all in memory.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ecsuite.errors import OutputUnwritable
from ecsuite.findings.finding import Result
from ecsuite.messages.archive import entry, request_of, response_of
from ecsuite.messages.exchange import Headers, Request, Response
from ecsuite.messages.media import FORM, MediaType, UndecodableError, read_json
from ecsuite.messages.redact import mask_form, mask_value, masked_start
from ecsuite.results.own import Privacy, counted
from ecsuite.results.sample import Mask, headers_of
from ecsuite.version import __version__

# Characters of a body, entries of a run, and bytes of all of them: what importers still take.
MOST_OF_BODY: Final = 64_000
MOST_ENTRIES: Final = 50_000
MOST_BYTES: Final = 200_000_000
_FIRST_REFUSAL: Final = 400
# What is kept of a JSON value, and how many items of lists are not.
Kept = Callable[[Any], tuple[Any, int]]


def entry_of(
    result: Result, at: float, test: str, privacy: Privacy, mask: Mask, *, is_delivery: bool = False
) -> dict[str, Any]:
    """An exchange as an entry: without secrets, and of lists the run's own items alone.

    Args:
        result: the exchange, with its operation.
        at: when the request was sent, in seconds since 1970.
        test: the node id of the test.
        privacy: tells what is the run's own.
        mask: takes the secrets of the run out of a text.
        is_delivery: whether the API called, so that the request is as private as a response.
    """
    exchange, operation = result.exchange, result.operation
    response = exchange.response
    answered = _response(response, _of_refusal(privacy) if response.status >= _FIRST_REFUSAL else privacy.whole, mask)
    sent = _request(exchange.request, privacy.whole if is_delivery else None, mask)
    made = entry(datetime.fromtimestamp(at, UTC), round(exchange.seconds * 1000, 3), sent, answered)
    return made | {"comment": mask(f"{operation.id if operation else 'no operation'}, in {test}")}


def _request(request: Request, kept_of: Kept | None, mask: Mask) -> dict[str, Any]:
    made = request_of(mask(request.method), mask(request.url), headers_of(request.headers, mask), len(request.body))
    if request.body:
        text, note = _text(request.body, request.headers, kept_of, mask)
        media_type = mask(request.headers.get("Content-Type") or "")
        made["postData"] = {"mimeType": media_type, "params": [], "text": text, "comment": note}
    return made


def _response(response: Response, kept_of: Kept, mask: Mask) -> dict[str, Any]:
    text, note = _text(response.body, response.headers, kept_of, mask)
    media_type = mask(response.headers.get("Content-Type") or "x-unknown")
    content = {"size": len(response.body), "mimeType": media_type, "text": text, "comment": note}
    location = mask(response.headers.get("Location") or "")
    return response_of(response.status, headers_of(response.headers, mask), content, location)


def _of_refusal(privacy: Privacy) -> Kept:
    return lambda value: (privacy.reasons(value), 0)


def _text(body: bytes, headers: Headers, kept_of: Kept | None, mask: Mask) -> tuple[str, str]:
    """A body as text, and a comment on it; `kept_of` if it may hold data of others."""
    if MediaType.of(headers.get("Content-Type")).essence == FORM:
        return _start(mask_form(body.decode(errors="replace")), mask)
    try:
        value = read_json(body).value if body else None
    except UndecodableError:
        if kept_of is not None and body.lstrip()[:1] in {b"{", b"["}:
            return "", "left out, for it is not JSON, and so nobody can tell whose it is"
        return _start(body.decode(errors="replace"), mask)
    if not body:
        return "", ""
    kept, left_out = kept_of(value) if kept_of else (value, 0)
    masked = mask_value(kept)
    text, said = _start(body.decode() if masked == value else json.dumps(masked, ensure_ascii=False), mask)
    count = f"without {counted(left_out)} that the run did not make" if left_out else ""
    return text, ", ".join(filter(None, (count, said)))


def _start(text: str, mask: Mask) -> tuple[str, str]:
    """As much of a text as is kept, and whether that is all."""
    kept = masked_start(text, MOST_OF_BODY, mask)
    return kept, "" if len(text) <= MOST_OF_BODY else f"cut: it has {len(text)} characters"


def part_of(file: Path, process: str) -> Path:
    """Where a process keeps its entries until the end."""
    return file.with_name(f".{file.name}-{process}.part")


def remove_parts(file: Path) -> None:
    """Remove what a killed run may have left."""
    for part in file.parent.glob(f".{file.name}-*.part"):
        part.unlink()


def append(part: Path, entries: Iterable[dict[str, Any]]) -> None:
    """Add entries to a part, a line each; raises OSError."""
    with part.open("a", encoding="utf-8") as lines:
        for entry in entries:
            lines.write(json.dumps(entry) + "\n")


def put_together(file: Path) -> int:
    """Write the archive out of its parts, in the order in which requests were sent; how many entries are left out.

    Raises:
        OutputUnwritable: it cannot be written.
    """
    parts, draft = sorted(file.parent.glob(f".{file.name}-*.part")), part_of(file, "whole")
    try:
        with ExitStack() as stack:
            opened = [stack.enter_context(part.open(encoding="utf-8")) for part in parts]
            target = stack.enter_context(draft.open("w", encoding="utf-8"))
            left_out = 0
            for piece in _pieces(heapq.merge(*opened, key=_started)):
                if piece is None:
                    left_out += 1
                else:
                    target.write(piece)
        draft.replace(file)
        remove_parts(file)
    except OSError as error:
        raise OutputUnwritable("--ec-har", file, error.strerror or str(error)) from None
    return left_out


def _started(line: str) -> str:
    """When an entry started, which is its first member."""
    return line[:60]


def _pieces(lines: Iterable[str]) -> Iterator[str | None]:
    """The archive piece by piece; None in the place of each entry for which there is no room."""
    creator = {"name": "ecsuite", "version": __version__}
    empty = json.dumps({"log": {"version": "1.2", "creator": creator, "pages": [], "entries": []}})
    yield empty[:-3]
    size = count = 0
    for line in lines:
        size, count = size + len(line), count + 1
        if count > MOST_ENTRIES or size > MOST_BYTES:
            yield None
            continue
        yield f"{',' if count > 1 else ''}\n{line.rstrip()}"
    yield f"\n{empty[-3:]}\n"
