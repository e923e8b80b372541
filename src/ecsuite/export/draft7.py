"""Converts schemas of a contract (JSON Schema 2020-12) to draft 7 for Postman's sandbox, and lists what is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ecsuite.contract import Pointer, Source

# Annotations, which do not restrict values.
_ANNOTATIONS: Final = frozenset(
    {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "example"}
)
# Keywords that hold one schema, a list of them, or a map to them.
_ONE: Final = frozenset({"additionalProperties", "not", "if", "then", "else"})
_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf"})
_APPLICATORS: Final = frozenset({"$ref", "allOf", "anyOf", "oneOf", "if"})
# Character classes that need JavaScript's `u` flag, which the validator does not set.
_UNICODE_CLASS: Final = re.compile(r"\\[pP]\{")
_COMPONENT: Final = "#/components/schemas/"


def draft7(source: Source, pointer: Pointer) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the schema at a pointer as a self-contained document.

    Returns:
        The schema, and a sentence for each keyword without a counterpart in draft 7. A value that only such a keyword
        rejects is accepted.
    """
    made = _Translation(source)
    schema = made.schema(source.at(pointer))
    # A definition may refer to further ones.
    definitions = dict(made.definitions())
    return schema | ({"definitions": definitions} if definitions else {}), tuple(dict.fromkeys(made.lost))


class _Translation:
    """Translates schemas, and collects references and losses."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._wanted: dict[str, None] = {}
        self.lost: list[str] = []

    def definitions(self) -> Iterator[tuple[str, Any]]:
        """Every referenced schema, by its name."""
        done: set[str] = set()
        while left := [name for name in self._wanted if name not in done]:
            for name in left:
                done.add(name)
                yield name, self.schema(self._source.at(("components", "schemas", name)))

    def schema(self, node: Any) -> Any:
        """Translate a schema to draft 7."""
        if not isinstance(node, Mapping):
            return node
        if "x-severity-of-null" in node:
            # Null causes only a warning there, but a test can only fail or pass, so null is accepted.
            exact = {name: value for name, value in node.items() if name != "x-severity-of-null"}
            return {"anyOf": [self.schema(exact), {"type": "null"}]}
        said = {name: value for name, value in node.items() if name not in _ANNOTATIONS and not name.startswith("x-")}
        translated: dict[str, Any] = {}
        for keyword, value in said.items():
            translated |= self._keyword(keyword, value, said)
        if "$ref" in translated and len(translated) > 1:
            # Draft 7 ignores keywords beside a reference.
            return {"allOf": [{"$ref": translated.pop("$ref")}, translated]}
        return translated

    def _keyword(self, keyword: str, value: Any, beside: Mapping[str, Any]) -> dict[str, Any]:
        if keyword in self._own:
            return self._own[keyword](value, beside)
        if keyword in _LISTS:
            return {keyword: [self.schema(each) for each in value]}
        return {keyword: self.schema(value) if keyword in _ONE else value}

    @property
    def _own(self) -> Mapping[str, Callable[[Any, Mapping[str, Any]], dict[str, Any]]]:
        """Translators for keywords that draft 7 spells differently, or that are more than containers of schemas."""
        return {
            "$ref": lambda value, _: {"$ref": self._reference(value)},
            "properties": lambda value, _: {"properties": {name: self.schema(each) for name, each in value.items()}},
            "prefixItems": lambda value, _: {"items": [self.schema(each) for each in value]},
            "items": lambda value, beside: {
                "additionalItems" if "prefixItems" in beside else "items": self.schema(value)
            },
            "unevaluatedProperties": self._unevaluated,
            "pattern": lambda value, _: self._pattern(value),
        }

    def _pattern(self, value: str) -> dict[str, Any]:
        if not _UNICODE_CLASS.search(value):
            return {"pattern": value}
        self.lost.append(f"pattern {value}: a class of characters that the sandbox does not know")
        return {}

    def _reference(self, value: str) -> str:
        name = value.removeprefix(_COMPONENT)
        self._wanted[name] = None
        return f"#/definitions/{name}"

    def _unevaluated(self, value: Any, beside: Mapping[str, Any]) -> dict[str, Any]:
        if not _APPLICATORS & set(beside):
            return {"additionalProperties": self.schema(value)}
        self.lost.append("unevaluatedProperties: further members are taken")
        return {}
