"""What a step names: ids, and the addresses of its webhooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from ecsuite.client import Step, Transcript, texts_in
from ecsuite.messages.media import json_or_none

# Shorter texts say nothing of where they come from.
SHORTEST_NAME: Final = 8
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT")
_HOOK: Final = re.compile(r"(https?://[^\s\"]+)/hooks/[^/\s\"]+")


def is_id(text: str) -> bool:
    """Whether a text looks like an id: long enough to be nothing else, with a digit, and no time or address."""
    return len(text) >= SHORTEST_NAME and any(map(str.isdigit, text)) and "/" not in text and not _TIME.match(text)


def chosen_names(step: Step) -> set[str]:
    """What a request names that a server may have chosen: ids in its path, its body and its query, and its token."""
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
    """Everything that a request names: texts in its path, query and body, and its path."""
    request = step.exchange.request
    texts = {text for _, text in texts_in(step.values.request)}
    query = {text for _, text in parse_qsl(urlsplit(request.url).query)}
    every = {*texts, *query, *step.path_values.values(), transcript.path_of(request.url), *chosen_names(step)}
    return every - transcript.tokens.keys()


def hooks_in(step: Step) -> str:
    """What the addresses begin with at which a request wants deliveries; empty where it wants none."""
    for _, text in texts_in(step.values.request):
        found = _HOOK.match(text)
        if found:
            return found[1]
    return ""


def texts_of(body: bytes) -> Iterator[str]:
    """The texts in a JSON body; none in any other."""
    yield from (text for _, text in texts_in(json_or_none(body)))
