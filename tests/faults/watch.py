"""A pytest plugin that writes each finding as a line of JSON, and stops when it has seen the one that it waits for.

pytest -p watch --findings-file FILE --await-fault vehicle-year-is-text ...
"""

import json
from pathlib import Path

import pytest

from ecsuite import editions
from ecsuite.standin.faults import find_fault


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--findings-file", type=Path, required=True)
    parser.addoption("--await-fault", metavar="NAME")


@pytest.hookimpl(optionalhook=True)
def pytest_ec_findings(item: pytest.Item, findings: tuple) -> None:
    options = item.config.option
    fault = find_fault(options.ec_edition, options.await_fault) if options.await_fault else None
    operations = editions.contract(options.ec_edition).operations
    with options.findings_file.open("a", encoding="utf-8") as file:
        for finding in findings:
            seen = fault is not None and fault.finding.fits(finding, operations)
            line = {"test": item.nodeid, "seen": seen, **finding.to_json()}
            print(json.dumps(line, ensure_ascii=False), file=file)
            if seen:
                item.session.shouldstop = "the fault is found"
                return
