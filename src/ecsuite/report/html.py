"""HTML pages, one file each, rendered by templates that escape all values."""

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
# Parts of a path end with a slash, parts of a test name with a colon or an underscore; a bracket opens a part.
_PARTS: Final = re.compile(r"[\[({]*[^/:_\[({]*[/:_]*")
# Bytes. Browsers take seconds to open a larger page, and mail servers reject it.
LARGE: Final = 10_000_000


def report_html(result: RunResult) -> str:
    """Render the report on a run: one file that loads nothing else and is readable without script and style sheet."""
    made = page("report.html.jinja", view_of(result))
    if len(made.encode(errors="backslashreplace")) < LARGE:
        return made
    return page("report.html.jinja", view_of(result, with_calls=False))


def page(template: str, view: Mapping[str, Any]) -> str:
    """Render a page. Its Content Security Policy allows only its own style and script, by their digests."""
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
    """Escape a path or a test name; a narrow page may break it between its parts, but not within words."""
    return Markup("<wbr>").join(filter(None, _PARTS.findall(text)))


@cache
def _asset(name: str) -> Markup:
    """Read a file of this package; it is trusted, because it contains no external data."""
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
