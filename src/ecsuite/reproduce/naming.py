"""Ids, tokens and webhook URLs in the request of a step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from ecsuite.client import Step, Transcript
from ecsuite.json_paths import texts_in
from ecsuite.messages.media import json_or_none

# A shorter text is too common to identify its origin.
SHORTEST_NAME: Final = 8
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT")
_HOOK: Final = re.compile(r"(https?://[^\s\"]+)/hooks/[^/\s\"]+")


def is_id(text: str) -> bool:
    """Whether a text looks like an id: it is long enough, has a digit, and is neither a time nor a URL."""
    return len(text) >= SHORTEST_NAME and any(map(str.isdigit, text)) and "/" not in text and not _TIME.match(text)


def chosen_names(step: Step) -> set[str]:
    """Values in a request that a server may have chosen: ids in path, body and query, and the token."""
    request = step.exchange.request
    names = set(step.path_values.values())
    for name, text in [*texts_in(step.values.request), *parse_qsl(urlsplit(request.url).query)]:
        if is_id(text) or name.lower().endswith("id"):
            names.add(text)
    if step.operation is None:
        names |= {text for segment in urlsplit(request.url).path.split("/") if is_id(text := unquote(segment))}
    scheme, _, token = (request.headers.get("Authorization") or "").partition(" ")
    return names | ({token} if scheme.lower() == "bearer" and token else set())


def names_of(step: Step, transcript: Transcript) -> set[str]:
    """All values in a request: its path, and the texts in path, query and body."""
    request = step.exchange.request
    texts = {text for _, text in texts_in(step.values.request)}
    query = {text for _, text in parse_qsl(urlsplit(request.url).query)}
    every = {*texts, *query, *step.path_values.values(), transcript.path_of(request.url), *chosen_names(step)}
    return every - transcript.tokens.keys()


def hooks_in(step: Step) -> str:
    """Prefix of the webhook URLs in a request; empty if there are none."""
    for _, text in texts_in(step.values.request):
        found = _HOOK.match(text)
        if found:
            return found[1]
    return ""


def texts_of(body: bytes) -> Iterator[str]:
    """All strings in a JSON body; none in another body."""
    yield from (text for _, text in texts_in(json_or_none(body)))
