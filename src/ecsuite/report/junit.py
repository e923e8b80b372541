"""Text of one test for reports such as JUnit's: a new cause in full, a known cause by the test that found it first."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Final

from ecsuite import wording
from ecsuite.report.causes import delivery_line, evidence_line, found_title, repeat_of, response_line
from ecsuite.results.collect import Told
from ecsuite.results.record import Found
from ecsuite.results.severity import SEVERITIES

LONGEST_EXCERPT: Final = 2000
NEWLINE: Final = "\n"
_DECLARATION: Final = '<?xml version="1.0" encoding="utf-8"?>'


def failure_text(said: str, told: Told) -> str:
    """Message of a failed test: what the test reported and its first finding on one line, then all findings."""
    text = told_text(told)
    return f"{said}: {text.partition(NEWLINE)[0]}\n\n{text}" if text else said


def told_text(told: Told) -> str:
    """Findings of a test, errors first, separated by empty lines."""
    blocks = [(each, _whole(each)) for each in told.new]
    blocks += [(each, f"{_head(each)}\n  found before, in {test}") for each, test in told.known]
    blocks.sort(key=lambda block: SEVERITIES.index(block[0].finding.severity))
    return "\n\n".join(text for _, text in blocks)


def _head(found: Found) -> str:
    finding = found.finding
    severity = "" if finding.severity == "error" else f" {finding.severity}"
    return f"{found_title(found)}  [{finding.level}]{severity}"


def _whole(found: Found) -> str:
    return "\n".join((_head(found), *(f"  {name:<9} {wording.printable(text)}" for name, text in _fields(found))))


def _fields(found: Found) -> Iterator[tuple[str, str]]:
    finding, sample = found.finding, found.sample
    yield "call", wording.subject(finding)
    yield "at", wording.where(finding.breach)
    yield "expected", f"{wording.expected(finding.breach)}  {finding.rule}  ({finding.rule.source})"
    yield "actual", wording.actual(finding.breach)
    if sample is None:
        return
    if sample.is_delivery:
        yield "delivery", delivery_line(sample, LONGEST_EXCERPT)
    else:
        yield "response", response_line(sample, LONGEST_EXCERPT)
    if found.evidence:
        yield "shown by", evidence_line(found.evidence, LONGEST_EXCERPT)
    yield from (("trace", f"{name}: {value}") for name, value in sample.traces)
    yield "repeat", repeat_of(found)


def with_errors(text: str, mark: str, kind: str) -> str:
    """Turn skipped tests that have a certain property into errors, in a JUnit file.

    Args:
        text: the file, as pytest writes it.
        mark: the name of the property; its value becomes the message of the error.
        kind: the type of the errors.
    """
    root = ET.fromstring(text)  # noqa: S314  our own
    found = 0
    for suite in root.iter("testsuite"):
        changed = [case for case in suite.iter("testcase") if _become_error(case, mark, kind)]
        for name, difference in (("errors", len(changed)), ("skipped", -len(changed))):
            suite.set(name, str(int(suite.get(name, "0")) + difference))
        found += len(changed)
    return f"{_DECLARATION}{ET.tostring(root, encoding='unicode')}" if found else text


def _become_error(case: ET.Element, mark: str, kind: str) -> bool:
    said = next((each.get("value", "") for each in case.iter("property") if each.get("name") == mark), None)
    skipped = case.find("skipped")
    if said is None or skipped is None:
        return False
    skipped.tag = "error"
    skipped.attrib.update(type=kind, message=said)
    return True
