"""The pictures of the README: of a page of a report that is given, and of the walkthrough in the docs.

python tests/pages/pictures.py DIR/report.html
"""

import shutil
import sys
from pathlib import Path

from conftest import NAMES, OPTIONS
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parents[2] / "docs"
SIZE = {"width": 1200, "height": 800}


def main(report: Path) -> None:
    """Take both, as the pages open on a screen."""
    path = next(filter(None, map(shutil.which, NAMES)))
    pages = {"report": report.resolve(), "walkthrough": DOCS / "walkthrough" / "2023-10.html"}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=OPTIONS)
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        for name, file in pages.items():
            page.goto(file.as_uri())
            page.screenshot(path=DOCS / "pictures" / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
