"""Replaces secrets in requests by script variables: whole, truncated, reversed, or with one character changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from ecsuite.reproduce.parts import Count, Hole, Parts

# A shorter secret is only replaced where it is the whole text.
SHORTEST_SECRET: Final = 6
# A text with this many consecutive characters of a secret contains a part of it.
SHORTEST_PART: Final = 8
# Up to this many missing characters, the length of a truncated secret is counted from its end.
_FEW: Final = 3

Spelling = Callable[[str], str]
# How a value is encoded in a form, in a path, or in JSON, and the name of the script's function for it.
PLAIN: Final = ""
FORM: Final = "form_encoded"
SEGMENT: Final = "encoded"
JSON: Final = "escaped"
_SPELT: Final[Mapping[str, Spelling]] = {
    PLAIN: lambda text: text,
    FORM: quote_plus,
    SEGMENT: lambda text: quote(text, safe=""),
    JSON: lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
}
_READ: Final[Mapping[str, Spelling]] = {
    PLAIN: lambda text: text,
    FORM: unquote_plus,
    SEGMENT: unquote,
    JSON: lambda text: text,
}


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that no script may contain.

    Attributes:
        variable: the script variable that holds it.
        has_parts: whether parts of it are secret, too; parts of a client id are not.
    """

    value: str
    variable: str
    has_parts: bool = True


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of a secret: unchanged, with swapped case, or reversed; `hole` produces it."""

    text: str
    hole: Hole
    secret: Secret


class Vault:
    """Replaces secrets by variables.

    Args:
        secrets: if several have the same value, the variable of the first is used.
    """

    def __init__(self, secrets: list[Secret]) -> None:
        self._known: dict[str, Secret] = {}
        for secret in secrets:
            self._known.setdefault(secret.value, secret)
        long_enough = [secret for secret in self._known.values() if len(secret.value) >= SHORTEST_SECRET]
        self._forms = [
            form for secret in sorted(long_enough, key=lambda each: -len(each.value)) for form in _forms(secret)
        ]
        self._grams: dict[str, tuple[_Form, int]] = {}
        for form in self._forms:
            if form.secret.has_parts:
                for start in range(len(form.text) - SHORTEST_PART + 1):
                    self._grams.setdefault(form.text[start : start + SHORTEST_PART], (form, start))

    def parts(self, text: str, spelling: str = PLAIN) -> Parts:
        """Replace the secrets in a text by variables.

        Args:
            text: for example a header or a form value, as it was encoded.
            spelling: how values in it are encoded.
        """
        plain = _READ[spelling](text)
        if spelling in {FORM, SEGMENT} and _SPELT[spelling](plain) == text:
            return tuple(_spelt(piece, spelling) for piece in self._plain(plain))
        return self._plain(text, spelling if spelling == JSON else PLAIN)

    def _plain(self, text: str, spelling: str = PLAIN) -> Parts:
        whole = next((each for each in self._known.values() if each.value and each.value == text), None)
        if whole is not None:
            return (_spelled(Hole(whole.variable), spelling),)
        spelt = {_SPELT[spelling](form.text): form for form in reversed(self._forms)}
        found = split(text, {text: _spelled(form.hole, spelling) for text, form in spelt.items()})
        pieces = [piece for part in found for piece in ([part] if isinstance(part, Hole) else self._cut(part))]
        return _with_changes(tuple(pieces))

    def _cut(self, text: str) -> list[str | Hole]:
        """Replace parts of secrets in a text."""
        pieces: list[str | Hole] = []
        start = index = 0
        while index + SHORTEST_PART <= len(text):
            known = self._grams.get(text[index : index + SHORTEST_PART])
            if known is None:
                index += 1
                continue
            form, begin = known
            end = begin + SHORTEST_PART
            while (
                index + end - begin < len(text) and end < len(form.text) and text[index + end - begin] == form.text[end]
            ):
                end += 1
            pieces += [text[start:index], _piece(form, begin, end)]
            index = start = index + end - begin
        return [piece for piece in (*pieces, text[start:]) if piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece(Hole):
    """A part of a secret, from character `begin` up to `end`."""

    form: _Form
    begin: int
    end: int


def split(text: str, holes: Mapping[str, Hole]) -> Parts:
    """Replace some texts in a text by holes, longer ones first."""
    wanted = sorted((each for each in holes if each), key=len, reverse=True)
    if not wanted:
        return (text,) if text else ()
    pieces = re.split(f"({'|'.join(map(re.escape, wanted))})", text)
    return tuple(holes.get(piece, piece) if index % 2 else piece for index, piece in enumerate(pieces) if piece)


def _forms(secret: Secret) -> list[_Form]:
    found = [
        _Form(secret.value, Hole(secret.variable), secret),
        _Form(secret.value.swapcase(), Hole(secret.variable).then("swapped"), secret),
        _Form(secret.value[::-1], Hole(secret.variable).then("backwards"), secret),
    ]
    return list({form.text: form for form in reversed(found)}.values())[::-1]


def _spelt(piece: str | Hole, spelling: str) -> str | Hole:
    return _SPELT[spelling](piece) if isinstance(piece, str) else _spelled(piece, spelling)


def _spelled(hole: Hole, spelling: str) -> Hole:
    return Hole(hole.variable, hole.functions).then(spelling) if spelling else hole


def _piece(form: _Form, begin: int, end: int) -> _Piece:
    hole, size, variable = form.hole, len(form.text), form.secret.variable
    if end < size:
        hole = hole.then("first", _count(end, size, variable))
    if begin:
        hole = hole.then("behind", _count(begin, size, variable))
    return _Piece(hole.variable, hole.functions, form=form, begin=begin, end=end)


def _count(count: int, size: int, variable: str) -> Count:
    """A character count that also fits another secret, which may have another length."""
    if count - size // 2 in {0, 1}:
        return Count(count - size // 2, variable, half=True)
    return Count(count - size, variable) if size - count <= _FEW else Count(count)


def _with_changes(parts: Parts) -> Parts:
    """Find secrets with one changed character; the script replaces it by one that differs from any secret's."""
    changed = list(parts)
    for index in range(1, len(parts) - 1):
        before, char, after = parts[index - 1 : index + 2]
        if (
            isinstance(before, _Piece)
            and isinstance(after, _Piece)
            and isinstance(char, str)
            and len(char) == 1
            and (before.form, before.end + 1) == (after.form, after.begin)
        ):
            place = _count(before.end, len(before.form.text), before.form.secret.variable)
            changed[index] = before.form.hole.then("unlike", place)
    return tuple(changed)
