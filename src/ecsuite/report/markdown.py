"""A cause as a Markdown report for the owner of the API: time, server, request, response and the contract's rule."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ecsuite import wording
from ecsuite.report.causes import extent_of, repeat_of, title_of
from ecsuite.results.cause import Cause
from ecsuite.results.result import RunResult
from ecsuite.results.sample import BASE64, Fields, Sample

_STEERS = re.compile(r"([\\`*_<>\[\]|])")
_REASONS = {"guide": "a published guide says so", "spec": "a published document or a standard says so"}


def cause_markdown(result: RunResult, cause: Cause) -> str:
    """Render a cause in full."""
    return "\n".join(_lines(result, cause)) + "\n"


def _lines(result: RunResult, cause: Cause) -> Iterator[str]:
    finding, sample = cause.finding, cause.first.sample
    yield f"# {escaped(title_of(cause))}"
    yield ""
    yield f"- Severity: {finding.severity}. Certainty: {finding.level}, for {_REASONS[finding.level]}."
    yield f"- Seen in {extent_of(cause)}: {', '.join(f'`{wording.printable(call)}`' for call in cause.operations)}."
    if len(cause.places) > 1:
        yield f"- Places: {', '.join(f'`{wording.printable(place)}`' for place in cause.places)}."
    if sample:
        yield from (f"- {text}" for text in _where(sample))
    tests = wording.count_of(len(cause.tests), "test")
    versions, settings = result.run.versions, result.run.settings
    editions = ", ".join(settings.get("editions", ()))
    yield f"- Found by ecsuite {versions.get('ecsuite', '')}, edition {editions}, in {tests}; first: `{cause.tests[0]}`"
    if sample:
        yield from _exchange(sample)
    if cause.first.evidence:
        yield from _section("The later call that shows it")
        yield "\n\n".join(_messages(cause.first.evidence))
    yield from _section("What the contract says")
    yield f"`{finding.rule}` ({escaped(finding.rule.source)})"
    yield ""
    yield from fenced("yaml", "\n".join(cause.first.quote))
    yield ""
    yield f"- Expected: {escaped(wording.expected(finding.breach))}"
    yield f"- Actual: {escaped(wording.actual(finding.breach))} ({escaped(wording.where(finding.breach))})"
    if sample:
        yield from _section("To repeat it")
        yield from fenced("sh", repeat_of(cause.first))


def _where(sample: Sample) -> Iterator[str]:
    yield f"Time of this sample: {sample.at} (UTC). Host: `{urlsplit(sample.url).netloc}`"
    for name, value in sample.traces:
        yield f"`{name}`: `{wording.printable(value)}`"


def _exchange(sample: Sample) -> Iterator[str]:
    sent, came = _messages(sample)
    yield from _section("What was sent" if not sample.is_delivery else "What the API sent")
    yield sent
    yield from _section("What came back" if not sample.is_delivery else "What was answered")
    yield came


def _messages(sample: Sample) -> tuple[str, str]:
    """A request and its response, each in a code fence."""
    url = urlsplit(sample.url)
    target = f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"
    first = f"{sample.method} {target} HTTP/1.1\nHost: {url.netloc}"
    sent = "\n".join(fenced("http", _message(first, sample.request_headers, request_text(sample))))
    if sample.status is None:
        return sent, "Nothing."
    text = response_text(sample.response)
    came = fenced("http", _message(f"HTTP/1.1 {sample.status}", sample.response_headers, text))
    return sent, "\n".join(came)


def _message(first: str, headers: Fields, body: str) -> str:
    fields = [f"{name}: {value}" for name, value in headers if name.lower() != "host"]
    return "\n".join([*first.split("\n"), *map(wording.printable, fields), "", body]).rstrip()


def request_text(sample: Sample) -> str:
    """The body of a request, as text."""
    if sample.request_encoding == BASE64:
        return f"(base64) {sample.request_body}"
    cut = "\n(cut)" if sample.request_is_cut else ""
    return wording.printable_lines(sample.request_body) + cut


def response_text(body: Any) -> str:
    """The stored body of a response as text; JSON is indented."""
    if body is None:
        return ""
    return wording.printable_lines(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2))


def _section(title: str) -> Iterator[str]:
    yield from ("", f"## {title}", "")


def fenced(language: str, text: str) -> Iterator[str]:
    """Fence a text; the fence is longer than any sequence of backticks inside."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}{language}", text, fence)


def escaped(text: str) -> str:
    """Escape all Markdown syntax in a text."""
    return _STEERS.sub(r"\\\1", wording.printable(text))
