"""Values for the leaves of bodies: texts, numbers, what is unusual, and the variants of one schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ecsuite.contract import Shape

# Text as people write it. What stands in TEXTS no server has a reason to refuse, nor has a firewall before it; what
# stands in UNUSUAL_TEXTS one may.
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
    # A firewall that refuses it ends the test: it is the last.
    "<script>fet</script> long " + "and longer " * 26,
)
# Values of a kind that a server may look at more closely, and so may refuse; what it takes must come back all the same.
UNUSUAL: Final[dict[str, tuple[str, ...]]] = {
    "text": UNUSUAL_TEXTS,
    "vin": ("00000000000000042", "YT9EC1TY0AN310129-AND-MORE-THAN-17", "yt9ec1ty0an310129", " YT9EC1TY0AN310129 "),
    "digits": (" 0042 ", "0" * 40 + "42", "00A-42"),
    "meter-point-id": ("000000000000000042", " 707057500042000182 ", "7070575000420001820042"),
}
NUMBERS: Final = (194.5, 200, 0.30000000000000004, 1234.56789, 7)
INTEGERS: Final = (2, 1000)
# The kind of the URLs that webhooks are called at.
HOOK_URL: Final = "hook-url"


def variants(shape: Shape) -> list[Any]:
    """Every value that is worth trying for a schema of one plain value, the plainest first."""
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
    """What makes values that a server may refuse of one that stands where a schema is, by the schema's keywords."""
    kind = keywords.get("x-sample", "")
    if kind in UNUSUAL:
        yield from (_always(text) for text in UNUSUAL[kind])
    elif kind == HOOK_URL:
        # A URI by the letter, for that is how logs show it.
        yield lambda url: f"{url}?key=%C3%A6%20b&long={'x' * 280}"
    elif keywords.get("type") == "string" and "examples" in keywords:
        yield lambda example: f" {example} "
        yield lambda example: f"{example}, and then some more, so that it is a long one"


def _always(text: str) -> Callable[[str], str]:
    return lambda _: text
