"""View model of the walkthrough's page, ready for its template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from ecsuite import wording
from ecsuite.contract import Operation, ResponseRule
from ecsuite.findings.finding import Finding
from ecsuite.messages.exchange import Exchange, Response
from ecsuite.messages.media import UndecodableError, read_json
from ecsuite.messages.redact import mask_value, masked_start
from ecsuite.report.diagram import NARROW, Diagram, diagram_of
from ecsuite.report.findings import finding_text
from ecsuite.report.html import page
from ecsuite.report.languages import Sample, samples_of
from ecsuite.report.marked import Span, json_spans
from ecsuite.report.tale import Chapter, Tale
from ecsuite.results.outlines import Node, outlines_of
from ecsuite.results.record import kept_breach

_FIRST_REFUSAL: Final = 400
MOST_LINES: Final = 120
# Characters of one line; an access token is shorter.
MOST_OF_LINE: Final = 2000
# Characters of a body that is not JSON; longer ones are cut.
MOST_OF_TEXT: Final = 1000


@dataclass(frozen=True, slots=True)
class Term:
    """A line of a body, and what the contract says about the member on it; empty if it says nothing."""

    text: str
    about: str = ""
    indent: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A documented error response: its status, its description in the contract, and a body.

    Attributes:
        body: from a real response, or from the contract's example.
        is_real: whether the body is from a real response.
    """

    status: str
    about: str
    body: str
    is_real: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """One exchange: requests in several languages, the response explained, the checks, and possible error responses."""

    title: str
    about: str
    is_delivery: bool
    samples: tuple[Sample, ...]
    headers: tuple[str, ...]
    sent: tuple[Term, ...]
    status: str
    came: tuple[Term, ...]
    passed: tuple[str, ...]
    not_checked: tuple[tuple[str, str], ...]
    refusals: tuple[Refusal, ...]
    time: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A step as it is shown on the page."""

    number: int
    title: str
    why: str
    scenes: tuple[Scene, ...]
    findings: tuple[str, ...]


def lesson_html(tale: Tale) -> str:
    """Render the walkthrough as a page: one file, readable without script and style sheet."""
    return page("walkthrough.html.jinja", _Writer(tale).view())


class _Writer:
    """Writes the page of one tale."""

    def __init__(self, tale: Tale) -> None:
        self._tale = tale
        self._target = tale.run.target
        self._outlines = outlines_of(tale.contract)
        self._is_replay = self._target.mode == "replay"
        self._places = {self._target.base_url: "EC_BASE_URL", self._target.token_url: "EC_TOKEN_URL"}

    def view(self) -> Mapping[str, Any]:
        tale = self._tale
        lessons = [self._lesson(number, chapter) for number, chapter in enumerate(tale.chapters, 1)]
        return {
            "title": tale.contract.title,
            "label": tale.contract.label,
            "origin": self._origin(),
            "lessons": lessons,
            "untold": tale.untold,
            "stopped": tale.mask(str(tale.stopped or "")),
            "passed": tale.passed,
            "track": self._track(),
            "steps": [number for number, chapter in enumerate(tale.chapters, 1) for _ in chapter.calls],
        }

    def _origin(self) -> str:
        """Say where the exchanges on the page come from: a recording or a server."""
        if self._is_replay:
            return f"You see a {self._target.name}. Nothing is sent."
        stand_in = " (local stand-in)" if self._target.mode == "local" else ""
        return self._tale.mask(f"Everything was sent to {self._target.base_url}{stand_in}.")

    def _track(self) -> Diagram:
        return diagram_of([call for chapter in self._tale.chapters for call in chapter.calls], NARROW)

    def _lesson(self, number: int, chapter: Chapter) -> Lesson:
        scenes = tuple(
            self._scene(each.exchange, each.operation, tuple(map(str, each.passed)), each.not_checked)
            for each in chapter.results
        )
        findings = tuple(self._tale.mask(finding_text(self._kept(finding))) for finding in chapter.findings)
        return Lesson(number, chapter.title, chapter.why, scenes, findings)

    def _kept(self, finding: Finding) -> Finding:
        """Return the finding; on a live server, only with values of this run, because others may be personal data."""
        privacy = self._tale.privacy
        return replace(finding, breach=kept_breach(finding, self._tale.contract, privacy)) if privacy else finding

    def _scene(
        self, exchange: Exchange, operation: Operation | None, passed: tuple[str, ...], not_checked: Any
    ) -> Scene:
        request, response = exchange.request, exchange.response
        outline = self._outlines.get(operation.id) if operation else None
        is_delivery = outline is not None and outline.is_delivery
        rule = operation.response(response.status) if operation else None
        side = outline.responses.get(rule.status) if outline and rule else None
        signatures = (f"{name}: {value}" for name, value in request.headers if name.lower().endswith("-signature"))
        return Scene(
            title=self._tale.mask(f"{request.method} {operation.path if operation else request.url}"),
            about=operation.summary if operation else "",
            is_delivery=is_delivery,
            samples=() if is_delivery else self._samples(exchange),
            headers=tuple(map(self._tale.mask, signatures)) if is_delivery else (),
            sent=self._terms(request.body, outline.request.body if outline else None) if is_delivery else (),
            status=_status(response),
            came=self._terms(response.body, side.body if side else None),
            passed=passed,
            not_checked=tuple((str(promise), self._tale.mask(reason)) for promise, reason in not_checked),
            refusals=tuple(self._refusals(operation, response.status)) if operation and not is_delivery else (),
            # The duration of a replay is meaningless, and differs each time.
            time="" if self._is_replay else f"{exchange.seconds * 1000:.0f} ms",
        )

    def _samples(self, exchange: Exchange) -> tuple[Sample, ...]:
        found = samples_of(exchange.request, self._places)
        return tuple(each._replace(text=self._tale.mask(each.text)) for each in found)

    def _terms(self, body: bytes, node: Node | None) -> tuple[Term, ...]:
        """Return a body line by line, with a description of each member."""
        about = {each.pointer: _about(each) for each in node.each()} if node else {}
        spans = self._spans(body)
        cut = [Term(f"... and {len(spans) - MOST_LINES} more lines")] if len(spans) > MOST_LINES else []
        seen: set[str] = set()
        terms = []
        for span in spans[:MOST_LINES]:
            # A member's closing bracket has the same pointer, and needs no second description.
            is_first = span.pointer not in seen
            seen.add(span.pointer)
            text = span.text.lstrip(" ")
            indent = span.text.removesuffix(text)
            terms.append(Term(text, about.get(span.pointer, "") if is_first else "", indent))
        return (*terms, *cut)

    def _spans(self, body: bytes) -> list[Span]:
        if not body:
            return []
        try:
            value = mask_value(read_json(body).value)
        except UndecodableError:
            text = masked_start(body.decode(errors="replace"), MOST_OF_TEXT, self._tale.mask)
            return [Span(wording.shorten(text))]
        if self._tale.privacy:
            value, _ = self._tale.privacy.whole(value)
        return [span._replace(text=_cut(self._tale.mask(span.text))) for span in json_spans(value)]

    def _refusals(self, operation: Operation, status: int) -> Iterator[Refusal]:
        """Yield the documented error responses of an operation, except the one that was just received."""
        for listed, rule in operation.responses.items():
            if listed.isdecimal() and int(listed) >= _FIRST_REFUSAL and int(listed) != status:
                real = self._tale.refusals.get((operation.id, int(listed)))
                body = self._body_of(real.response) if real else self._example_of(rule)
                about = self._tale.contract.source.resolve(rule.pointer)[1].get("description", "")
                yield Refusal(_status(Response(int(listed))), " ".join(str(about).split()), body, real is not None)

    def _body_of(self, response: Response) -> str:
        return "\n".join(span.text for span in self._spans(response.body))

    def _example_of(self, rule: ResponseRule) -> str:
        for schema in rule.content.values():
            examples = self._tale.contract.source.at(schema[:-1]).get("examples", {})
            for example in examples.values():
                if "value" in example:
                    return json.dumps(example["value"], ensure_ascii=False, indent=2)
        return ""


def _cut(line: str) -> str:
    """Cut a line of a body to a readable length."""
    return line if len(line) <= MOST_OF_LINE else f"{line[:MOST_OF_LINE]}... ({len(line):,} characters)"


def _status(response: Response) -> str:
    known = response.status in {each.value for each in HTTPStatus}
    phrase = f" {HTTPStatus(response.status).phrase}" if known else ""
    return f"{response.status}{phrase}" if response.status else "no response"


def _about(node: Node) -> str:
    """What the contract says about a member: its type, whether it is required, and its description."""
    if not node.pointer or node.pointer.endswith("/*"):
        return ""
    values = ", ".join(text.strip('"') for text in node.values)
    kind = f"one of {values}" if values else node.type.replace("null", "null where there is none")
    facts = ", ".join(filter(None, (kind, "always there" if node.is_required else "optional")))
    return f"{facts}. {node.about}".strip()
