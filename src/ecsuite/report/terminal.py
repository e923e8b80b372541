"""The walkthrough: the quickstart step by step in the terminal, with its real exchanges."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from rich.box import SIMPLE
from rich.console import Console, RenderableType
from rich.highlighter import JSONHighlighter
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ecsuite import wording
from ecsuite.errors import CouldNotTell, NothingThere
from ecsuite.findings.broken import PromiseBroken
from ecsuite.findings.deviation import NO_DEVIATIONS, Deviations
from ecsuite.findings.finding import Finding, Result
from ecsuite.journal import Tally
from ecsuite.left import exit_code
from ecsuite.messages.exchange import Exchange, Request
from ecsuite.messages.media import UndecodableError, read_json
from ecsuite.messages.redact import mask_value, masked_start
from ecsuite.quickstart import Step, explanation, steps, take, title
from ecsuite.report.curl import curl
from ecsuite.report.findings import findings_text
from ecsuite.report.opening import opening_lines
from ecsuite.report.text import figures_text, left_lines, not_checked_lines, unsteady_text
from ecsuite.results.figures import Figures
from ecsuite.results.severity import failing, severities, worst_first
from ecsuite.session import Run
from ecsuite.wording import count_of

# Lines of a response; longer ones are cut. The guide's own responses are shorter.
MOST_LINES = 24
# Characters of a body that is not JSON; longer ones are cut.
MOST_OF_TEXT = 1000
_STYLES: Mapping[str, str] = MappingProxyType({"bold": "bold", "dim": "dim"})


@dataclass(slots=True)
class StepSummary:
    """A completed step: its name, its figures, and its duration in seconds."""

    name: str
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0


def tell(
    run: Run,
    console: Console | None = None,
    clock: Callable[[], float] = time.monotonic,
    *,
    strict: bool = False,
    full: bool = False,
    deviations: Deviations = NO_DEVIATIONS,
    pause: Callable[[], object] = lambda: None,
) -> bool:
    """Run the quickstart and print its steps; return whether it was completed without an error.

    Args:
        run: an open run.
        console: where to print; defaults to the terminal.
        clock: returns seconds.
        strict: whether warnings count as errors.
        full: whether each check is named, and no body is cut.
        deviations: accepted deviations of the server.
        pause: called before each step.

    Raises:
        CassetteError: the recording lacks an exchange that the guide needs.
        CouldNotTell: the service did not respond, so the quickstart could not go on; no promise is known to be broken.
    """
    narrator = Narrator(run, console or _console(), clock, strict=strict, full=full, deviations=deviations)
    return narrator.tell(pause)


def _console() -> Console:
    console = _Terminal(highlight=False)
    # If the output is not a terminal, lines are not wrapped.
    return console if console.is_terminal else _Terminal(highlight=False, soft_wrap=True, no_color=True)


class _Terminal(Console):
    """The terminal. A broken pipe does not exit the process at once, because test data may still have to be deleted."""

    def on_broken_pipe(self) -> None:
        """Raise the error, where rich would exit."""
        raise BrokenPipeError


class Narrator:
    """Runs one quickstart and prints it on a console."""

    def __init__(
        self,
        run: Run,
        console: Console,
        clock: Callable[[], float],
        *,
        strict: bool,
        full: bool = False,
        deviations: Deviations,
        data: Mapping[str, Mapping[tuple[str, ...], Any]] = MappingProxyType({}),
    ) -> None:
        self._strict = strict
        self._full = full
        self._deviations = deviations
        self._run = run
        self._clock = clock
        self._console = console
        self._journal = run.journal
        self._story = run.story
        self._story.data = data
        self._summaries: list[StepSummary] = []
        self._untold: CouldNotTell | NothingThere | None = None

    def tell(self, pause: Callable[[], object] = lambda: None) -> bool:
        """Run it and return whether it was completed, and nothing fails the run. `pause` is called before each step."""
        self._journal.listeners.append(self._show_result)
        self._show_opening()
        with self._progress() as advance:
            for number, step in enumerate(steps(self._run.edition), 1):
                pause()
                self._summaries.append(StepSummary(title(step)))
                self._show_step(number, step)
                if not self._tell_step(step):
                    break
                advance()
        self._run.clean_up()
        complete = len(self._summaries) == len(steps(self._run.edition))
        if complete:
            self._run.require_complete()
        self._show_summary()
        failed = self._failed or exit_code(self._run.left) == PromiseBroken.exit_code
        if self._untold is not None and not failed:
            raise self._untold
        return complete and not failed

    @property
    def _failed(self) -> tuple[Finding, ...]:
        return failing(self._journal.findings, strict=self._strict, deviations=self._deviations)

    def _tell_step(self, step: Step) -> bool:
        """Take a step and read back what it created; return whether the quickstart can go on."""
        summary, before, started = self._summaries[-1], self._journal.tally.copy(), self._clock()
        known = len(self._journal.findings)
        try:
            take(step, self._story)
        except PromiseBroken as broken:
            self._say(self._text(f"It cannot go on: {broken}", "bold red"))
            return False
        except (CouldNotTell, NothingThere) as untold:
            self._untold = untold
            self._say(self._text(f"It cannot go on: {untold}", "bold yellow"))
            return False
        finally:
            summary.seconds = self._clock() - started
            summary.tally = self._journal.tally.minus(before)
            self._show_findings(self._journal.findings[known:])
        return True

    def _show_opening(self) -> None:
        for each in opening_lines(self._run.target, self._story.checker.contract, self._console.width):
            parts = (self._text(part.text, _STYLES.get(part.style, "")) for part in each)
            self._paste(Text().join(parts))

    def _show_step(self, number: int, step: Step) -> None:
        heading = Text(f"{number} of {len(steps(self._run.edition))}  {title(step)}", "bold cyan")
        self._say(Text(), Rule(heading, align="left", style="dim") if self._console.is_terminal else heading)
        self._say(Text(explanation(step)))

    def _show_result(self, result: Result) -> None:
        """Print an exchange as soon as it is complete: request, response and checks."""
        self._say(Text())
        if result.operation and result.operation.id in self._story.checker.contract.deliveries:
            self._show_delivery(result.exchange.request)
        else:
            self._show_call(result.exchange)
        passed = f": {', '.join(map(str, result.passed))}" if self._full else ""
        checks = count_of(len(result.passed), "check")
        self._indent(self._text(f"{checks} passed{passed}  ({result.exchange.seconds * 1000:.1f} ms)", "dim"))
        for check, reason in result.not_checked:
            self._indent(self._text(f"not checked: {check}, because {reason}", "dim yellow"))

    def _show_delivery(self, request: Request) -> None:
        self._paste(self._text(f"The API calls: {request.method} {request.url}", "magenta"))
        for name, value in request.headers:
            if name.endswith("-signature"):
                self._indent(self._text(f"{name}: {value}"))
        self._show_body(request.body)

    def _show_call(self, exchange: Exchange) -> None:
        response = exchange.response
        self._paste(self._text(f"$ {curl(exchange.request)}", "green"))
        what = (response.headers.get("Content-Type") or "no media type") if response.body else "no body"
        self._indent(self._text(f"{response.status}  {what}", "bold"))
        self._show_body(response.body)

    def _show_body(self, body: bytes) -> None:
        try:
            text = json.dumps(mask_value(read_json(body).value), indent=2, ensure_ascii=False)
        except UndecodableError:
            text = wording.shorten(masked_start(body.decode(errors="replace"), MOST_OF_TEXT, self._run.redactor.text))
        if not text:
            return
        lines = self._run.redactor.text(text).split("\n")
        if len(lines) > MOST_LINES and not self._full:
            lines = [*lines[:MOST_LINES], f"... and {len(lines) - MOST_LINES} more lines"]
        shown = self._text("\n".join(lines))
        JSONHighlighter().highlight(shown)
        self._indent(shown)

    def _show_findings(self, findings: tuple[Finding, ...]) -> None:
        if findings:
            self._say(Text())
            fails = failing(findings, strict=self._strict, deviations=self._deviations)
            self._paste(self._text(findings_text(worst_first(findings)), "red" if fails else "yellow"))
        for accepted in filter(None, map(self._deviations.accepting, findings)):
            self._say(Text(f"accepted until {accepted.until}: {accepted.reason}", "yellow"))

    def _show_summary(self) -> None:
        table = Table(title="\nSummary", title_justify="left", box=SIMPLE if self._console.is_terminal else None)
        table.add_column("Step")
        for heading in ("Calls", "Passed", "Broken", "Not checked", "ms"):
            table.add_column(heading, justify="right")
        for summary in self._summaries:
            tally = summary.tally
            figures = (tally.exchanges, tally.passed, tally.broken, sum(tally.not_checked.values()))
            style = "red" if tally.broken else None
            table.add_row(summary.name, *map(str, figures), f"{summary.seconds * 1000:.1f}", style=style)
        for step in steps(self._run.edition)[len(self._summaries) :]:
            table.add_row(title(step), *"-----", style="dim")
        self._say(table)
        self._show_verdict()

    def _show_verdict(self) -> None:
        tally, failed, found = self._journal.tally, self._failed, self._journal.findings
        figures = Figures.of(tally, {})
        self._say(Text(), Text(figures_text(figures)))
        remarks = (unsteady_text(figures), *not_checked_lines(figures.not_checked))
        self._say(*(self._text(line, "dim") for line in remarks if line))
        if failed:
            count = "1 promise is broken" if len(failed) == 1 else f"{len(failed)} promises are broken"
            self._say(Text(f"{count}; each is shown in full at its step.", "bold red"))
        elif found:
            counted = severities(each for each in found if not self._deviations.accepting(each))
            said = [count_of(count, name) for name, count in counted.items()]
            accepted = len(found) - sum(counted.values())
            said += [f"{count_of(accepted, 'deviation')} accepted"] if accepted else []
            self._say(Text(f"There was no error; {', '.join(said)}, shown in full where found.", "bold green"))
        elif self._untold is None:
            self._say(Text("Every promise was kept.", "bold green"))
        for line in left_lines(self._run.left):
            self._paste(Text(self._run.redactor.text(line), "bold yellow"))

    def _text(self, text: str, style: str = "") -> Text:
        """Return text that may be from a server, with secrets masked and control characters escaped."""
        return Text(wording.printable_lines(self._run.redactor.text(text)), style)

    def _say(self, *parts: RenderableType) -> None:
        for part in parts:
            self._console.print(part)

    def _indent(self, text: Text) -> None:
        """Print a text indented by two columns, on every line."""
        if self._console.soft_wrap:
            self._say(Text("\n").join(Text("  ").append_text(line) for line in text.split("\n")))
        else:
            self._say(Padding(text, (0, 0, 0, 2)))

    def _paste(self, text: Text) -> None:
        """Print a text that users may copy: the terminal wraps it, and no line break is inserted."""
        self._console.print(text, soft_wrap=True)

    @contextmanager
    def _progress(self) -> Iterator[Callable[[], None]]:
        """Show a progress bar below the text, if the console is a terminal."""
        if not self._console.is_terminal:
            yield lambda: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415  on a terminal

        count = len(steps(self._run.edition))
        columns = (TextColumn("[dim]step"), MofNCompleteColumn(), BarColumn())
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task("", total=count)
            yield lambda: bar.advance(task)
