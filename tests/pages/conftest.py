"""A browser for the tests of pages; they are skipped if the browser or its driver is missing."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """The Chromium of this machine."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright: tox run -e pages has it")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=path, args=OPTIONS)
        yield launched
        launched.close()


class Opened:
    """A page in a browser, with its error messages and its requests."""

    def __init__(self, page: object) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    @property
    def foreign(self) -> list[str]:
        """Requests for anything other than the file itself."""
        return [url for url in self.requests if not url.startswith(("file:", "data:"))]


@pytest.fixture
def opened(browser, tmp_path) -> Iterator[Callable[..., Opened]]:
    """Open a page from a file."""
    contexts = []

    def open_page(
        html: str, *, width: int = 1400, scheme: str = "light", script: bool = True, place: str = ""
    ) -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 1000}, color_scheme=scheme, java_script_enabled=script
        )
        contexts.append(context)
        file = Path(tmp_path / f"page-{len(contexts)}.html")
        file.write_text(html, encoding="utf-8", errors="backslashreplace")
        made = Opened(context.new_page())
        made.page.goto(f"{file.as_uri()}{place}")
        return made

    yield open_page
    for context in contexts:
        context.close()
