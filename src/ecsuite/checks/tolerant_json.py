"""JSON as tolerant servers read it: with trailing commas, comments, other quotes or none, and trailing text."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from ecsuite.messages.media import UndecodableError, read_json

# The tokens that tolerant readers treat differently from strict ones, and strings, so that nothing inside them matches.
# An unclosed string or comment reaches to the end of the text, so that no text is scanned twice.
_TOKEN: Final = re.compile(
    r"""
    (?P<string>"(?:[^"\\]|\\.)*+"?)
    | (?P<quoted>'(?:[^'\\]|\\.)*+'?)
    | (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<bare>(?<!\w)[A-Za-z_]\w*+(?=\s*:))
    | (?P<none>NaN|-?Infinity)
    | (?P<comma>,(?=\s*[}\]]))
    | (?P<hex>-?0[xX][0-9a-fA-F]+)
    | (?P<number>[-+]?[0-9]++(?:\.[0-9]*+)?(?:[eE][-+]?[0-9]+)?)
    """,
    re.VERBOSE | re.DOTALL,
)
_DECODER: Final = json.JSONDecoder(strict=False)


def read_tolerant(body: bytes) -> Any:
    """The value that a body that is not quite JSON evidently stands for.

    Raises:
        UndecodableError: no value is evident.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UndecodableError("not-utf-8", f"it is not UTF-8 (byte {error.start})") from None
    try:
        strict = _TOKEN.sub(_as_strict, text).strip()
        value, end = _DECODER.raw_decode(strict)
    except (ValueError, RecursionError):
        raise UndecodableError("not-json", "it is not JSON, however it is read") from None
    # Text after a scalar could mean anything.
    if strict[end:].strip() and not isinstance(value, dict | list):
        raise UndecodableError("not-json", "it is not JSON, however it is read")
    return read_json(json.dumps(value).encode()).value


def _as_strict(match: re.Match[str]) -> str:
    """One token as strict JSON has it."""
    text = match[0]
    if match.lastgroup == "quoted":
        return json.dumps(text[1:-1].replace("\\'", "'"), ensure_ascii=False)
    if match.lastgroup == "bare":
        return json.dumps(text)
    if match.lastgroup == "none":
        return "null"
    if match.lastgroup in {"comment", "comma"}:
        return " "
    if match.lastgroup == "hex":
        return str(int(text, 16))
    if match.lastgroup == "number":
        return re.sub(r"\.(?=$|[eE])", "", re.sub(r"^([-]?)[+]?0+(?=[0-9])", r"\1", text)).removeprefix("+")
    return text
