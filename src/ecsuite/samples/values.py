"""Values for the leaves of bodies: strings, numbers, unusual values, and the variants of a schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ecsuite.contract import Shape

# Text as people write it. No server or firewall has a reason to reject TEXTS; one may reject UNUSUAL_TEXTS.
TEXTS: Final = (
    "Think City",
    "Øvre Årdal «blåbær» Ægir",
    'Say "hei" \\ o\'hoi / 100 % & 3 < 5 > 4 &amp; {x}',
    "007",
    "Straße, Żółć, Ω, Житомир, 東京, שלום",
    "MiXed CaSe true null 1.0",
)
UNUSUAL_TEXTS: Final = (
    "  blanks  around  and  between  ",
    "first line\nsecond line\tand a tab",
    "\U0001f697\u26a1\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "A\u030angstro\u0308m, decomposed, beside \u00c5ngstr\u00f6m",
    # The last one, because a firewall that rejects it ends the test.
    "<script>fet</script> long " + "and longer " * 26,
)
# Values that a server may validate more strictly, and so may reject; if accepted, they must be returned unchanged.
UNUSUAL: Final[dict[str, tuple[str, ...]]] = {
    "text": UNUSUAL_TEXTS,
    "vin": ("00000000000000042", "YT9EC1TY0AN310129-AND-MORE-THAN-17", "yt9ec1ty0an310129", " YT9EC1TY0AN310129 "),
    "digits": (" 0042 ", "0" * 40 + "42", "00A-42"),
    "meter-point-id": ("000000000000000042", " 707057500042000182 ", "7070575000420001820042"),
}
# A time span of more than a day, for schemas whose pattern allows it. A server may support shorter ones only.
LONG_SPAN: Final = "1.02:00:00"
NUMBERS: Final = (194.5, 200, 0.30000000000000004, 1234.56789, 7)
INTEGERS: Final = (2, 1000)
# The kind of URLs at which webhooks are called.
HOOK_URL: Final = "hook-url"


def variants(shape: Shape) -> list[Any]:
    """Every value that is worth trying for the schema of a plain value, the plainest first."""
    node = shape.keywords
    if "const" in node:
        return [node["const"]]
    if "enum" in node:
        return list(node.get("examples") or [option for option in node["enum"] if option is not None])
    if node.get("x-sample") == "text":
        return list(TEXTS)
    given = list(node.get("examples", []))
    if shape.type == "number":
        bounds = [node[keyword] for keyword in ("minimum", "maximum") if keyword in node]
        return [*given, *bounds] or list(NUMBERS)
    if shape.type == "integer":
        return given or [x for x in INTEGERS if node.get("minimum", x) <= x <= node.get("maximum", x)]
    if shape.type == "boolean":
        return [True, False]
    return given or ["text"]


def unusual(keywords: Mapping[str, Any]) -> Iterator[Callable[[str], str]]:
    """Functions that make unusual values, which a server may reject, of a usual one, by the keywords of its schema."""
    kind = keywords.get("x-sample", "")
    if kind in UNUSUAL:
        yield from (_always(text) for text in UNUSUAL[kind])
    elif kind == HOOK_URL:
        # A valid URI, because logs contain it as it is.
        yield lambda url: f"{url}?key=%C3%A6%20b&long={'x' * 280}"
    elif re.search(keywords.get("pattern", "$^"), LONG_SPAN):
        yield _always(LONG_SPAN)
    elif keywords.get("type") == "string" and "examples" in keywords:
        yield lambda example: f" {example} "
        yield lambda example: f"{example}, and then some more, so that it is a long one"


def _always(text: str) -> Callable[[str], str]:
    return lambda _: text
