"""The walkthrough in a browser: every member explained to everybody, one choice of language for all requests."""

import pytest

from ecsuite import editions
from ecsuite.report.lesson import lesson_html
from ecsuite.report.tale import run_quickstart
from ecsuite.session import replay_run


@pytest.fixture(scope="module")
def html() -> str:
    with replay_run(editions.cassette("2023-10", "quickstart")) as run:
        return lesson_html(run_quickstart(run))


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("script", [True, False])
def test_page_opens_without_complaint(opened, html, width, scheme, script):
    """Narrow and wide, light and dark, with a script and without: no error, no request, nothing to scroll sideways."""
    page = opened(html, width=width, scheme=scheme, script=script)

    assert (page.complaints, page.foreign) == ([], [])
    assert page.page.locator("h1").is_visible()
    assert page.page.locator("html").evaluate("node => node.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_accessible(opened, html, scheme):
    """Axe finds nothing, with all unfolded."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(html, scheme=scheme).page
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")

    found = axe.run(page).response["violations"]

    assert [(each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found] == []


def test_member_is_explained_by_keyboard_and_mouse(opened, html):
    """What a member means is shown where it is pointed at or focused, and goes with Escape."""
    page = opened(html).page
    term = page.locator("#step-2 .term").first
    tip = page.locator("#step-2 .tip").first

    assert tip.is_hidden()
    term.hover()
    assert tip.inner_text().startswith("string")
    page.mouse.move(0, 0)
    term.focus()
    assert tip.is_visible()
    page.keyboard.press("Escape")
    assert tip.is_hidden()


def test_language_is_chosen_once(opened, html):
    """A language that is chosen at one request is that of all, and of the page when it is opened again."""
    page = opened(html).page
    page.locator("#step-1").get_by_role("tab", name="Python").click()

    assert page.locator("#step-2 [data-language=python]").first.is_visible()
    assert page.locator("#step-2 [data-language=curl]").first.is_hidden()
    page.reload()
    assert page.locator("#step-1 [data-language=python]").is_visible()
    page.locator("#step-1").get_by_role("tab", name="Python").press("ArrowRight")
    assert page.locator("#step-1 [data-language=powershell]").is_visible()


def test_sequence_follows_the_step(opened, html):
    """The calls of the step that is being read stand out, and its name in the list."""
    page = opened(html).page

    page.locator("#step-3").evaluate("node => node.scrollIntoView()")
    page.wait_for_function("document.querySelector('.steps [aria-current]').hash === '#step-3'")

    steps = page.locator(".track .arrow.current").evaluate_all("all => all.map((each) => each.dataset.step)")
    assert steps == ["3", "3"]


def test_all_languages_stand_there_without_a_script(opened, html):
    """Nothing is hidden that only a script could show."""
    page = opened(html, script=False).page

    panels = page.locator("#step-1 [data-language]")
    assert [panels.nth(number).is_visible() for number in range(panels.count())] == [True] * 4
    assert page.get_by_role("tab").count() == 0
