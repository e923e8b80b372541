"""A result as JUnit XML for CI servers: each cause in full in the first test that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from ecsuite.report.causes import found_title
from ecsuite.report.junit import told_text
from ecsuite.results.collect import Told
from ecsuite.results.record import Found
from ecsuite.results.result import RanTest, RunResult, TestFinding
from ecsuite.results.severity import fails

# Characters that XML 1.0 does not allow.
_NO_TEXT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(result: RunResult) -> str:
    """Render the tests of a result that called the API, or failed."""
    root = ET.Element("testsuites")
    counts = {name: sum(test.outcome == name for test in result.tests) for name in ("failed", "skipped")}
    errors = sum(test.outcome in {"error", "inconclusive"} for test in result.tests)
    suite = ET.SubElement(
        root,
        "testsuite",
        name="ecsuite",
        tests=str(len(result.tests)),
        failures=str(counts["failed"]),
        errors=str(errors),
        skipped=str(counts["skipped"]),
        time=f"{sum(test.seconds for test in result.tests):.3f}",
        timestamp=result.run.started.removesuffix("Z"),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(result):
        ET.SubElement(properties, "property", name=name, value=_text(value))
    texts = _TestTexts(result)
    for test in result.tests:
        _add_test(suite, test, texts)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _properties(result: RunResult) -> Iterator[tuple[str, str]]:
    run = result.run
    yield "target", str(run.settings.get("target", ""))
    yield "editions", ", ".join(run.settings.get("editions", ()))
    yield "ecsuite", run.versions.get("ecsuite", "")
    yield "coverage", f"{result.coverage.share.percent:.1f}"


class _TestTexts:
    """Text for each test: the causes that it found first in full, others by name only."""

    def __init__(self, result: RunResult) -> None:
        self.strict = bool(result.run.settings.get("strict"))
        self._causes = result.causes
        self._first = {number: cause.tests[0] for number, cause in enumerate(result.causes, 1)}
        self._findings: dict[str, list[TestFinding]] = {}
        for each in result.findings:
            self._findings.setdefault(each.test, []).append(each)

    def failing(self, test: str) -> list[Found]:
        """Findings that fail a test."""
        return [found for _, found in self._found(test) if fails(found.finding.severity, strict=self.strict)]

    def text(self, test: str) -> str:
        """All findings of a test, as text."""
        new = tuple(found for number, found in self._found(test) if self._first[number] == test)
        known = tuple(
            (found, self._first[number]) for number, found in self._found(test) if self._first[number] != test
        )
        return told_text(Told(new, known))

    def _found(self, test: str) -> list[tuple[int, Found]]:
        return [(each.cause, self._causes[each.cause - 1].first) for each in self._findings.get(test, ())]


def _add_test(suite: ET.Element, test: RanTest, texts: _TestTexts) -> None:
    path, _, name = test.name.partition("::")
    module = path.removesuffix(".py").replace("/", ".")
    case = ET.SubElement(
        suite, "testcase", classname=_text(module), name=_text(name or path), time=f"{test.seconds:.3f}"
    )
    text = texts.text(test.name)
    if test.outcome == "skipped":
        ET.SubElement(case, "skipped", message=_text(test.reason))
    elif test.outcome in {"failed", "error", "inconclusive"}:
        kind = "failure" if test.outcome == "failed" else "error"
        failing = texts.failing(test.name)
        reason = found_title(failing[0]) if failing else test.reason or "a failure of its own, which pytest tells"
        ET.SubElement(case, kind, message=_text(reason), type=test.outcome).text = _text(text or test.reason)
        text = ""
    if text:
        ET.SubElement(case, "system-out").text = _text(text)


def _text(text: str) -> str:
    """Replace characters that XML does not allow by escapes."""
    return _NO_TEXT.sub(lambda match: ascii(match[0])[1:-1], text)
