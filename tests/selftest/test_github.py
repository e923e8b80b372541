"""What GitHub Actions gets of a run: a summary that it takes, and annotations that it shows."""

from dataclasses import replace

import pytest
from outcomes import a_found, a_result
from projects import Project

from ecsuite.promises import RESPONSE_BODY
from ecsuite.report.github import MOST_ANNOTATIONS, annotation_lines
from ecsuite.report.summary_md import MOST_BYTES, summary_md

HOSTILE = "50%\n::stop-commands::\x1b[31m"
BROKEN = """
    from ecsuite.findings.breach import Breach, Place
    from ecsuite.promises import PAGES

    def test_broken(api):
        api.add_finding(PAGES, Breach("absent", Place("header", "")), api.get("/events"))
"""
LOCAL = ("--ec-target", "local", "--ec-edition", "2023-10")


def of_causes(*severities, quote="a: b"):
    """A result of as many causes, each with a quote of the contract."""
    result = a_result(a_found())
    (cause,) = result.causes

    def one(severity):
        finding = replace(cause.finding, severity=severity)
        return replace(cause, first=replace(cause.first, finding=finding, quote=(quote,)))

    return replace(result, causes=tuple(map(one, severities)))


@pytest.mark.parametrize("most", [3_000, 20_000, MOST_BYTES])
def test_summary_fits_at_the_end_of_a_cause(most):
    """However much there is to tell: a cause is told whole or counted, and what comes after them is there."""
    result = of_causes(*["error"] * 60, quote="§" * 30_000 if most > 20_000 else "q" * 300)

    text = summary_md(result, most)

    told = text.count("## ") - text.count("## Coverage") - text.count("## Not checked") - text.count("## Problems")
    assert len(text.encode()) <= most
    assert 0 < told < 60
    assert f"\nAnd {60 - told} more: `ecsuite show` has all of them.\n" in text
    assert text.count("```") == 2 * told
    assert "## Coverage" in text


def test_summary_of_what_has_no_end_fits():
    """Where even the rest is too long, whole lines of it are left out."""
    result = replace(of_causes("error"), inconclusive={f"reason {number} {'r' * 500}": 1 for number in range(500)})

    text = summary_md(result, 10_000)

    assert len(text.encode()) <= 10_000
    assert text.endswith("\n")


def test_summary_has_all_where_it_fits():
    """Nothing is counted that can be told."""
    assert " more: " not in summary_md(of_causes("error", "warning"))


def test_annotations_are_as_many_as_are_shown():
    """Ten of a level, of which the last counts those that are left; notes have none."""
    lines = [*annotation_lines(of_causes(*["error"] * 12, "warning", "note"))]

    assert [line.partition(" ")[0] for line in lines] == ["::error"] * MOST_ANNOTATIONS + ["::warning"]
    assert lines[9] == "::error title=ecsuite::and 3 more"
    assert len([*annotation_lines(of_causes(*["error"] * 10))]) == 10


def test_annotation_is_one_line():
    """Whatever a server sends, an annotation has its own title and text, and begins no other command."""
    (line,) = annotation_lines(a_result(a_found(value=HOSTILE)))

    assert line.startswith(f"::error title={RESPONSE_BODY.title}%3A ")
    assert line.isprintable()
    assert "50%25" in line


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    made.test(BROKEN)
    return made


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["alone", "workers"])
def test_run_appends_to_the_summary(project, tmp_path, workers):
    """A run adds its result to what other commands of the step have written, once, and prints the annotations."""
    summary = tmp_path / "step.md"
    summary.write_text("before\n")

    ran = project.run(*LOCAL, *workers, GITHUB_STEP_SUMMARY=str(summary), GITHUB_ACTIONS="true")

    text = summary.read_text(encoding="utf-8")
    assert ran.ret == 1, ran.text
    assert text.startswith("before\n# A promise is broken")
    assert text.count("## 1. error") == 1
    assert [line for line in ran.lines if line.startswith("::error title=")], ran.text


def test_summary_that_others_have_filled_takes_no_more(project, tmp_path):
    """What was written before counts: the whole of it stays below the bound."""
    summary = tmp_path / "step.md"
    summary.write_text("b" * (MOST_BYTES - 100))

    project.run(*LOCAL, GITHUB_STEP_SUMMARY=str(summary))

    assert summary.stat().st_size <= MOST_BYTES


def test_summary_that_cannot_be_written_is_a_line(project, tmp_path):
    """A summary fails no run."""
    ran = project.run(*LOCAL, GITHUB_STEP_SUMMARY=str(tmp_path))

    assert ran.ret == 1
    assert "cannot write GITHUB_STEP_SUMMARY (Is a directory)" in ran.lines
    assert "::error" not in ran.text
