"""Writes the digest of an OpenAPI document: facts about each operation, without any sentence of the document.

    python tests/support/published.py DOCUMENT > tests/published/EDITION.json

A fact belongs to a place in an operation, for example

    POST /users       request application/json/userId                     required
    GET /users        -> 200 application/json/pagination/totalRecords     integer

Sentences are only stored as hashes, so that a text can be searched for them.
"""

import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

METHODS = ("get", "put", "post", "delete", "patch")
DELIVERY = "delivery"
# OpenAPI 3.0 cannot describe webhooks; there, this schema describes a delivery.
DELIVERED = {"$ref": "#/components/schemas/EventNotification"}
# Shorter sentences are too common to show copying.
FEWEST_WORDS = 4

# Separates facts of the same place.
JOINT = "; "

Node = dict[str, Any]
# Facts by operation and place.
Facts = dict[str, dict[str, str]]


def digest(text: bytes) -> dict[str, Any]:
    """The digest of a JSON document: its checksum, its facts, and hashes of its sentences."""
    document = json.loads(text)
    return {
        "document": {"openapi": document["openapi"], "sha256": hashlib.sha256(text).hexdigest()},
        "operations": facts(document),
        "sentences": sentences(document),
    }


def facts(document: Node) -> Facts:
    """The facts of each operation, and of deliveries."""
    reader = _Reader(document)
    found = {name: reader.operation(item, method) for name, item, method in _operations(document)}
    if "webhooks" in document:
        contents = (item["post"]["requestBody"]["content"] for item in document["webhooks"].values())
        delivered = [media["schema"] for content in contents for media in content.values()]
    else:
        delivered = [DELIVERED]
    found[DELIVERY] = (fact for schema in delivered for fact in reader.schema("body", schema))
    return {name: _by_place(pairs) for name, pairs in sorted(found.items())}


def lines(known: Facts) -> set[str]:
    """Facts as lines, each with its operation and place."""
    return {
        f"{operation} {place}: {fact}"
        for operation, places in known.items()
        for place, joined in places.items()
        for fact in joined.split(JOINT)
    }


def sentences(document: Node) -> dict[str, list[str]]:
    """Hashes of the sentences of a document, by number of words."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in _texts(document):
        for sentence in re.split(r"[.!?:\n]+(?:\s|$)", text):
            words = _words(sentence)
            if len(words) >= FEWEST_WORDS:
                found[str(len(words))].add(_hash(words))
    return {count: sorted(hashes) for count, hashes in sorted(found.items(), key=lambda pair: int(pair[0]))}


def copied(document: Node, known: Mapping[str, Iterable[str]]) -> list[str]:
    """Texts of a document that match the hash of a known sentence."""
    by_count = {int(count): set(hashes) for count, hashes in known.items()}
    return [
        " ".join(run)
        for words in map(_words, _texts(document))
        for count, hashes in by_count.items()
        for run in (words[start : start + count] for start in range(len(words) - count + 1))
        if _hash(run) in hashes
    ]


def _operations(document: Node) -> Iterator[tuple[str, Node, str]]:
    for path, item in document["paths"].items():
        yield from ((f"{method.upper()} {path}", item, method) for method in METHODS if method in item)


def _by_place(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = defaultdict(set)
    for place, fact in pairs:
        if JOINT in fact:
            raise ValueError(f"a fact with {JOINT!r} in it: {fact}")
        found[place].add(fact)
    return {place: JOINT.join(sorted(found[place])) for place in sorted(found)}


def _texts(node: Any) -> Iterator[str]:
    """All summaries and descriptions."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"summary", "description"} and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _hash(words: list[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


class _Reader:
    """Reads an OpenAPI 3.0 or 3.1 document as pairs of a place and a fact."""

    def __init__(self, document: Node) -> None:
        self._document = document

    def operation(self, item: Node, method: str) -> Iterator[tuple[str, str]]:
        """Facts of one operation."""
        node = item[method]
        for parameter in map(self._resolve, [*item.get("parameters", []), *node.get("parameters", [])]):
            at = f"{parameter['in']} {parameter['name']}"
            yield at, "required" if parameter.get("required") else "optional"
            yield from self.schema(at, parameter["schema"])
        if "requestBody" in node:
            body = self._resolve(node["requestBody"])
            yield "request", "required" if body.get("required") else "optional"
            yield from self._content("request", body)
        for status, response in node["responses"].items():
            yield f"-> {status}", "listed"
            yield from self._content(f"-> {status}", self._resolve(response))

    def schema(self, at: str, node: Node) -> Iterator[tuple[str, str]]:
        """Facts of a schema, and of all nested schemas."""
        variants = self._variants(node)
        if variants:
            for name, variant in variants.items():
                yield from self.schema(f"{at}/{name}", variant)
            return
        merged = self._merged(node)
        yield from ((at, fact) for fact in _own_facts(merged))
        yield from self._below(at, merged)

    def _below(self, at: str, merged: Node) -> Iterator[tuple[str, str]]:
        for name in merged.get("required", []):
            yield f"{at}/{name}", "required"
        for name, member in merged.get("properties", {}).items():
            if member is False:
                yield f"{at}/{name}", "never"
            else:
                yield from self.schema(f"{at}/{name}", member)
        if "items" in merged:
            yield from self.schema(f"{at}/[]", merged["items"])
        if isinstance(merged.get("additionalProperties"), dict) and merged["additionalProperties"]:
            yield from self.schema(f"{at}/{{}}", merged["additionalProperties"])

    def _content(self, at: str, node: Node) -> Iterator[tuple[str, str]]:
        for media_type, media in node.get("content", {}).items():
            yield f"{at} {media_type}", "listed"
            if "schema" in media:
                yield from self.schema(f"{at} {media_type}", media["schema"])

    def _resolve(self, node: Node) -> Node:
        """Resolve a reference, but not the references inside its target."""
        if "$ref" not in node:
            return node
        found: Any = self._document
        for token in node["$ref"][2:].split("/"):
            found = found[token]
        return dict(found)

    def _merged(self, node: Node) -> Node:
        """A schema merged with those that it refers to or extends."""
        parts = [{key: value for key, value in node.items() if key not in {"$ref", "allOf"}}]
        if "$ref" in node:
            parts.append(self._merged(self._resolve(node)))
        parts += [self._merged(part) for part in node.get("allOf", [])]
        merged: Node = {}
        for part in parts:
            for key, value in part.items():
                if key == "properties":
                    merged[key] = {**value, **merged.get(key, {})}
                elif key == "required":
                    merged[key] = sorted({*value, *merged.get(key, [])})
                else:
                    merged.setdefault(key, value)
        return merged

    def _variants(self, node: Node) -> dict[str, Node]:
        """The variants of a payload by payloadType; empty for a schema without variants."""
        resolved = self._resolve(node)
        if "discriminator" in resolved:
            return {name: {"$ref": ref} for name, ref in resolved["discriminator"]["mapping"].items()}
        return {self._kind(branch): branch for branch in resolved.get("oneOf", [])}

    def _kind(self, branch: Node) -> str:
        payload_type = self._merged(branch)["properties"]["payloadType"]
        if payload_type is False:
            return "untyped"
        if "const" in payload_type:
            return str(payload_type["const"])
        (base,) = self._resolve(branch)["allOf"]
        mapping = self._resolve(base)["discriminator"]["mapping"]
        return str(next(name for name, ref in mapping.items() if ref == branch["$ref"]))


def _own_facts(merged: Node) -> Iterator[str]:
    """Facts of a schema, without those of nested schemas."""
    yield from _types(merged)
    values = merged.get("enum", [merged["const"]] if "const" in merged else [])
    if values:
        yield f"one of {', '.join(sorted(str(value) for value in values if value is not None))}"
    yield from (f"{keyword} {merged[keyword]}" for keyword in ("format", "pattern") if keyword in merged)
    if merged.get("deprecated"):
        yield "deprecated"
    if merged.get("additionalProperties") is False or merged.get("unevaluatedProperties") is False:
        yield "closed"


def _types(merged: Node) -> set[str]:
    """The types of a schema; inferred from its values if it names none."""
    types = merged.get("type", [])
    found = {types} if isinstance(types, str) else set(types)
    if not found and ("enum" in merged or "const" in merged):
        found = {"string"}
    return found | ({"null"} if merged.get("nullable") else set())


if __name__ == "__main__":
    print(json.dumps(digest(Path(sys.argv[1]).read_bytes()), indent=1))
