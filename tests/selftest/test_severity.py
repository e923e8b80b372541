"""Severities: what fails a run, and in which order it is told."""

import pytest

from ecsuite.findings.breach import STATUS, Breach
from ecsuite.findings.finding import ContractPlace, Finding
from ecsuite.promises import PAGES
from ecsuite.results.severity import failing, fails, severities, worst_first


def finding(severity: str) -> Finding:
    place = ContractPlace(("paths",), "contracts/x.yaml", 7, "a guide")
    return Finding(PAGES.id, "listUsers", "GET", "/users", 200, Breach("status", STATUS), "spec", severity, place)


NOTE, WARNING, ERROR = finding("note"), finding("warning"), finding("error")


@pytest.mark.parametrize(
    ("severity", "strict", "verdict"),
    [
        ("error", False, True),
        ("error", True, True),
        ("warning", False, False),
        ("warning", True, True),
        ("note", False, False),
        ("note", True, False),
    ],
)
def test_errors_fail_and_warnings_do_where_it_is_strict(severity, strict, verdict):
    """A note fails nothing, a warning a strict run, an error any."""
    assert fails(severity, strict=strict) is verdict
    assert bool(failing([finding(severity)], strict=strict)) is verdict


def test_errors_come_first():
    """The worst is told first, whatever the order in which things were found; and so it is counted."""
    assert worst_first([NOTE, WARNING, ERROR, NOTE]) == (ERROR, WARNING, NOTE, NOTE)
    assert list(severities([NOTE, WARNING, NOTE]).items()) == [("warning", 1), ("note", 2)]
