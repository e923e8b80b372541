"""Finds secrets in a text, in any spelling.

Each character of a secret may be escaped in its own way (`escapes`). Parts of the text that are encoded as a whole
(`encodings`) are decoded, and searched again. Encodings that cannot be decoded are searched for the encoded secret
(`caseless`, `groups`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import Final, NamedTuple, Self

from ecsuite.messages import groups
from ecsuite.messages.broken_up import Span
from ecsuite.messages.caseless import fold, places
from ecsuite.messages.encodings import encoded
from ecsuite.messages.escapes import ESCAPING, spelt


class Place(NamedTuple):
    """The place of a secret in a text, as a range of characters."""

    start: int
    end: int
    secret: str


# A shorter value may occur within words by chance, so it is masked only as a whole word.
SHORTEST: Final = 8
# An even shorter value may be a word, so it is masked only between quotes, or as the value of a pair.
SHORTEST_WORD: Final = 4
# The number of nested encodings that are decoded.
DEPTH: Final = 3
_BEFORE_WORD: Final = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9a-fA-F]{2})|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4}))"
_AFTER_WORD: Final = r"(?![A-Za-z0-9])"
_BEFORE_VALUE: Final = r"(?:(?<=[\"'=:])|^)"
_AFTER_VALUE: Final = r"(?=[\"'&;]|$)"
# Dots in the place of omitted text; a remaining part of a secret is masked if it has at least so many characters.
_CUT: Final = re.compile(r"(?<!\.)\.\.\.(?!\.)|\u2026")
_LEAST_PART: Final = 4
# Short texts, such as headers, recur: the results for so many of them are cached.
_SHORT: Final = 256
_REMEMBERED: Final = 2048
# The most characters that one character of a secret may take before omitted text.
_LONGEST: Final = 6


class Finder:
    """Finds the secrets of a set.

    Args:
        secrets: the secrets in plain text; empty ones are ignored.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = frozenset(secret for secret in secrets if secret)
        self._secrets = [_Secret.of(secret) for secret in sorted(self.secrets)]
        self._fewest = min(map(len, self.secrets), default=0)
        self._find_again = lru_cache(maxsize=_REMEMBERED)(self._find)

    @classmethod
    @lru_cache(maxsize=16)
    def of(cls, secrets: frozenset[str]) -> Self:
        """The finder of a set of secrets, cached because the runs of most tests have the same secrets."""
        return cls(secrets)

    def find(self, text: str) -> list[Place]:
        """The places of secrets in a text, in order and without overlaps.

        Overlapping places are merged into one, which belongs to the longest of its secrets.
        """
        if len(text) < self._fewest or not self._secrets:
            return []
        return self._find_again(text) if len(text) <= _SHORT else self._find(text)

    def _find(self, text: str) -> list[Place]:
        return _apart([*self._found(text, DEPTH), *self._cut(text), *self._guessed(text)])

    def _found(self, text: str, depth: int) -> Iterator[Place]:
        searched = _Text(text)
        for secret in self._secrets:
            for start, end in secret.spans(searched):
                yield Place(start, end, secret.value)
        if depth:
            for run, place_of in encoded(text):
                if len(run) >= self._fewest:
                    for place in self._found(run, depth - 1):
                        yield Place(*place_of(place.start, place.end), place.secret)

    def _guessed(self, text: str) -> Iterator[Place]:
        """Secrets in an encoding that has lost the case of its letters, reversed, or encoded by groups of bytes."""
        folded = fold(text)
        for secret in self._secrets:
            if len(secret.value) >= SHORTEST:
                for start, end in (*places(folded, secret.value), *groups.places(text, secret.value)):
                    yield Place(start, end, secret.value)

    def _cut(self, text: str) -> Iterator[Place]:
        """The parts of secrets before and after dots that stand for omitted text."""
        for dots in _CUT.finditer(text):
            for secret in self._secrets:
                if len(secret.value) >= SHORTEST:
                    for start, end in secret.parts(text, *dots.span()):
                        yield Place(start, end, secret.value)


def _apart(found: Iterable[Place]) -> list[Place]:
    apart: list[Place] = []
    for place in sorted(found):
        if apart and place.start < apart[-1].end:
            last = apart[-1]
            longest = max(last.secret, place.secret, key=len)
            apart[-1] = Place(last.start, max(last.end, place.end), longest)
        else:
            apart.append(place)
    return apart


class _Text:
    """A text that is searched for one secret after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = _folded(text)
        self.is_plain = len(self.folded) == len(text) and not ESCAPING.search(text)


class _Secret:
    """One secret, which finds its places in texts."""

    def __init__(self, value: str) -> None:
        self.value = value
        self._folded = _folded(value)
        # Without the lost characters, enough must remain for a secret.
        self._lossy = sum(map(str.isascii, value)) >= SHORTEST

    @staticmethod
    @lru_cache(maxsize=4096)
    def of(value: str) -> _Secret:
        """The secret with a value, cached because the secrets of a run are searched for in many texts."""
        return _Secret(value)

    def spans(self, text: _Text) -> Iterator[Span]:
        """The places in a text."""
        if len(self.value) < SHORTEST:
            yield from (match.span() for match in self._word.finditer(text.text))
        elif not text.is_plain or not self.value.isascii():
            # Characters beyond ASCII may have been decoded wrongly, which is no escape.
            yield from self._escaped(text.text)
        else:
            start = text.folded.find(self._folded)
            while start >= 0:
                yield start, start + len(self.value)
                start = text.folded.find(self._folded, start + len(self.value))

    def _escaped(self, text: str) -> Iterator[Span]:
        if ESCAPING.search(self.value):
            # A secret that contains escaping characters can match in several ways, so it needs backtracking.
            yield from (match.span() for match in self._whole.finditer(text))
            return
        for match in self._units[0].finditer(text):
            end = self._walk(text, match.end(), 1)
            if end is not None:
                yield match.start(), end

    def _walk(self, text: str, start: int, index: int) -> int | None:
        """The end of the secret if its characters from `index` on follow at `start`; else None."""
        for unit in islice(self._units, index, None):
            match = unit.match(text, start)
            if match is None:
                return None
            start = match.end()
        return start

    def parts(self, text: str, cut: int, goes_on: int) -> Iterator[Span]:
        """The beginning of the secret right before omitted text, and its end right after."""
        for start in range(max(0, cut - _LONGEST * len(self.value)), cut - _LEAST_PART + 1):
            match = self._units[0].match(text, start)
            index, at = 1, match.end() if match else cut + 1
            while at < cut and index < len(self._units) and (match := self._units[index].match(text, at, cut)):
                index, at = index + 1, match.end()
            if at == cut and index >= _LEAST_PART:
                yield start, cut
                break
        for index in range(1, len(self.value) - _LEAST_PART + 1):
            end = self._walk(text, goes_on, index)
            if end is not None:
                yield goes_on, end
                break

    @cached_property
    def _units(self) -> Sequence[re.Pattern[str]]:
        return [_compiled(char, self._lossy) for char in self.value]

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(spelt(self.value, lossy=self._lossy))

    @cached_property
    def _word(self) -> re.Pattern[str]:
        is_word = len(self.value) >= SHORTEST_WORD
        before, after = (_BEFORE_WORD, _AFTER_WORD) if is_word else (_BEFORE_VALUE, _AFTER_VALUE)
        return re.compile(f"{before}(?:{spelt(self.value, folded=False)}){after}")


def _folded(text: str) -> str:
    """A text in lower case, with each plus as a space, because forms encode a space as a plus."""
    return text.lower().replace("+", " ")


@lru_cache(maxsize=1024)
def _compiled(char: str, lossy: bool) -> re.Pattern[str]:  # noqa: FBT001  it is part of the key
    return re.compile(spelt(char, lossy=lossy))
