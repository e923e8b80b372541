"""Pages: one file each, made by templates that escape all that they are given."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ecsuite.report.page import view_of
from ecsuite.results.result import RunResult

_TEMPLATES: Final = Path(__file__).parent / "templates"
# A path ends its parts with slashes, the name of a test with colons and underscores; a bracket opens one.
_PARTS: Final = re.compile(r"[\[({]*[^/:_\[({]*[/:_]*")
# Beyond it a browser takes seconds to open a page, and mail servers refuse it.
LARGE: Final = 10_000_000


def report_html(result: RunResult) -> str:
    """The report on a run: one file, readable without script and style sheet, which asks for nothing else."""
    made = page("report.html.jinja", view_of(result))
    if len(made.encode(errors="backslashreplace")) < LARGE:
        return made
    return page("report.html.jinja", view_of(result, with_calls=False))


def page(template: str, view: Mapping[str, Any]) -> str:
    """A page of a template; its style and its script alone may run in it, by their digests."""
    style, script = _asset("style.css"), _asset("script.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    made: str = _environment().get_template(template).render(**view, style=style, script=script, policy=policy)
    return made


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = breakable
    return environment


def breakable(text: str) -> Markup:
    """A path or the name of a test, escaped, which a narrow page breaks where its parts end, and not within words."""
    return Markup("<wbr>").join(filter(None, _PARTS.findall(text)))


@cache
def _asset(name: str) -> Markup:
    """A file of ours, of which nothing comes from outside."""
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
