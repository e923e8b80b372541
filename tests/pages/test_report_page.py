"""The report in a browser: it looks the same to everybody, asks for nothing, and can be used without a mouse."""

from dataclasses import replace

import pytest
from outcomes import a_found, a_result

from ecsuite.report.html import report_html
from ecsuite.report.page import cause_id
from ecsuite.results.result import RanTest, RunResult

HOSTILE = (
    "</pre></script><script>document.title='owned'</script><img src=//h.invalid/x onerror=\"document.title='owned'\">"
)


@pytest.fixture(scope="module")
def result() -> RunResult:
    warning = a_found("capacity", severity="warning", operation="getResource", path="/users/{userId}/resources")
    return a_result(a_found(), warning, a_found("vin", value=HOSTILE), calls=30)


@pytest.fixture(scope="module")
def many() -> RunResult:
    warning = a_found("capacity", severity="warning", operation="getResource", path="/users/{userId}/resources")
    return a_result(
        warning, a_found("vin", value=HOSTILE), *(a_found(f"{word}Charge") for word in ("min", "max", "target"))
    )


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("script", [True, False])
def test_page_opens_without_complaint(opened, result, width, scheme, script):
    """Narrow and wide, light and dark, with a script and without: no error, no request, nothing to scroll sideways."""
    page = opened(report_html(result), width=width, scheme=scheme, script=script)

    assert (page.complaints, page.foreign) == ([], [])
    assert page.page.locator("h1").inner_text().startswith("2 promises are broken")
    assert page.page.locator("html").evaluate("node => node.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_accessible(opened, many, scheme):
    """Axe finds nothing: contrast, names, order of headings, what can be reached by keyboard."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(report_html(many), scheme=scheme).page
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")

    found = axe.run(page).response["violations"]

    assert [(each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found] == []


def test_hostile_body_stays_in_its_place(opened, result):
    """What a server sent runs nothing and loads nothing, and can be read."""
    page = opened(report_html(result))

    assert page.page.title() != "owned"
    assert page.foreign == []
    assert "document.title='owned'" in page.page.locator("#causes").inner_text()


def shown(page: object) -> int:
    return page.locator(".cause:visible").count()


@pytest.mark.parametrize("width", [400, 1400])
def test_few_causes_stand_there_at_once(opened, result, width):
    """What is broken needs no controls to be found in where all of it can be seen: the first cause is on the first screen."""
    page = opened(report_html(result), width=width).page

    assert page.locator("#causes .filters, .index").count() == 0
    assert page.locator(".cause h3").first.bounding_box()["y"] < 800


def test_many_causes_have_an_index(opened, many):
    """Each title leads to its cause, and the numbers are those of the causes."""
    page = opened(report_html(many)).page

    titles = page.locator(".index a").all_inner_texts()
    page.locator(".index a").last.click()

    assert titles == page.locator(".cause h3").all_inner_texts()
    assert page.evaluate("document.querySelector(':target').id") == cause_id(many.causes[-1])


def test_filters_narrow_the_causes(opened, many):
    """By severity, operation and text; how many are shown is said."""
    page = opened(report_html(many)).page

    page.locator("#causes [name=severity]").select_option("warning")
    assert (shown(page), page.locator("#causes output").inner_text()) == (1, "1 of 5 shown")
    page.locator("#causes [name=severity]").select_option("")
    page.locator("#causes [name=operation]").select_option("GET /users/{userId}/resources")
    assert shown(page) == 1
    page.locator("#causes [name=operation]").select_option("")
    page.locator("#causes [name=text]").fill("OWNED")
    assert shown(page) == 1
    page.locator("#causes [name=text]").fill("")
    assert shown(page) == 5


def test_tests_are_filtered_apart(opened, result):
    """Tests have filters of their own, also where nothing is broken."""
    other = RanTest("test_it.py::test_other", "passed", 0.1)
    page = opened(report_html(replace(a_result(), tests=(*result.tests, other)))).page

    page.locator("#tests [name=outcome]").select_option("failed")
    assert page.locator("#tests output").inner_text() == "1 of 2 shown"
    page.locator("#tests [name=outcome]").select_option("")
    page.locator("#tests [name=text]").fill("test_OTHER")
    assert page.locator(".tests > details:visible").count() == 1


def test_link_leads_to_its_cause(opened, result):
    """An address with the name of a cause opens the page there."""
    last = result.causes[-1]

    page = opened(report_html(result), place=f"#{cause_id(last)}").page

    assert page.locator(f"[id='{cause_id(last)}'] h3").is_visible()
    assert page.evaluate("document.querySelector(':target').id") == cause_id(last)
    assert page.evaluate("scrollY") > 0


def test_what_repeats_it_can_be_copied(opened, result):
    """A button copies the command, and says so."""
    page = opened(report_html(result)).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    button = page.get_by_role("button", name="Copy the command").first
    button.click()

    page.wait_for_function("[...document.querySelectorAll('button')].some((each) => each.textContent === 'Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == "sh 1.sh"


def test_all_can_be_read_without_a_script(opened, result):
    """Nothing is drawn by a script: what is folded opens by itself, and no control stands there that does nothing."""
    page = opened(report_html(result), script=False).page

    assert page.locator(".filters:visible").count() == 0
    assert page.get_by_role("button").count() == 0
    folded = page.locator("#tests details").first
    folded.locator("summary").click()
    assert folded.locator("li").first.is_visible()


def test_page_is_readable_under_a_strict_policy(browser, result):
    """A CI server that forbids scripts and style sheets, as Jenkins does, shows all of it; nothing is drawn over anything."""
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    policy = {"Content-Security-Policy": "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"}
    html = report_html(result).encode()
    page.route("**/*", lambda route: route.fulfill(body=html, headers={"Content-Type": "text/html", **policy}))

    page.goto("http://ci.invalid/report.html")

    assert page.locator("h1").evaluate("node => getComputedStyle(node).fontFamily") != "system-ui"
    assert page.locator(".cause h3").first.is_visible()
    assert page.locator(".filters:visible").count() == 0
    assert page.locator(".bar").first.bounding_box()["height"] <= 10
    page.close()


def test_keyboard_reaches_the_content(opened, result):
    """The first stop of the tab key leads to the content."""
    page = opened(report_html(result)).page

    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"


def test_many_exchanges_fit_on_a_page(opened, result):
    """5,000 exchanges take less than 6 MB, and open."""
    calls = tuple(result.tests[0].calls[number % 30] for number in range(50))
    tests = tuple(
        RanTest(f"test_it.py::test_{number}", "passed", 0.1, "2023-10", "", "", calls) for number in range(100)
    )

    html = report_html(replace(result, tests=tests))
    page = opened(html)

    assert len(html.encode()) < 6_000_000
    assert page.page.locator("#tests li").count() == 5000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_has_all_of_a_cause(opened, result, scheme):
    """What is printed has the exchanges unfolded, on white, and none of the controls; scripts stand beside the page."""
    page = opened(report_html(result), scheme=scheme).page

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert page.locator(".cause .exchange:not([open])").count() == 0
    assert page.locator(".filters:visible").count() == 0
    assert page.get_by_role("button", name="Copy").count() == 0
    assert page.locator("body").evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"
    # What is longer than a page would begin on a new one, and leave the one before it empty.
    assert page.locator(".cause").first.evaluate("node => getComputedStyle(node).breakInside") == "auto"


def test_page_after_printing_is_as_before(opened, result):
    """What was unfolded for the paper is folded again."""
    page = opened(report_html(result)).page
    before = page.locator(".cause details[open]").count()

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.evaluate("dispatchEvent(new Event('afterprint'))")

    assert page.locator(".cause details[open]").count() == before


# The parts of texts that stand on more than one line, though they are shorter than one.
BROKEN_PARTS = """nodes => nodes.flatMap((node) => [...node.childNodes]).filter((part) => {
    const range = document.createRange();
    range.selectNodeContents(part);
    const lines = new Set([...range.getClientRects()].map((rect) => Math.round(rect.top)));
    return part.nodeType === Node.TEXT_NODE && !/\\s/.test(part.textContent.trim()) && lines.size > 1;
}).map((part) => part.textContent)"""


def test_paths_break_where_their_parts_end(opened, result):
    """A narrow page breaks paths after slashes, never within a word."""
    page = opened(report_html(result), width=400).page

    heads = page.locator(".matrix tbody th")

    assert heads.evaluate_all("all => all.some((head) => head.textContent.length > 30)")
    assert heads.evaluate_all(BROKEN_PARTS) == []


def test_table_says_that_it_scrolls(opened, result):
    """Of a table that is wider than the page the operations stay in sight, and its edge has a shadow."""
    page = opened(report_html(result), width=400).page
    box = page.locator(".scroll:has(.matrix)").first
    head = box.locator("tbody th").first
    before = head.bounding_box()["x"]

    box.evaluate("node => { node.scrollLeft = node.scrollWidth }")

    assert box.evaluate("node => node.scrollLeft") > 0
    assert head.bounding_box()["x"] == before
    assert "local, local, scroll, scroll" in box.evaluate("node => getComputedStyle(node).backgroundAttachment")


def test_failed_tests_come_first(opened, result):
    """They lead to what they have shown; how many passed and failed is said where one chooses."""
    other = RanTest("test_it.py::test_other", "passed", 0.1)
    page = opened(report_html(replace(result, tests=(other, *result.tests)))).page

    first = page.locator(".tests > details").first
    first.locator("summary").click()
    first.get_by_role("link").first.click()

    assert first.get_attribute("data-outcome") == "failed"
    assert page.evaluate("document.querySelector(':target').className") == "cause"
    assert page.locator("#tests [name=outcome] option").all_inner_texts() == ["all", "failed (1)", "passed (1)"]
