"""The digest of a contract, over everything that checks or requests depend on, without text for readers.

A reworded description, a better example or another source does not change it; a bound, a status or a level does.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from ecsuite.contract.document import Source
from ecsuite.contract.keywords import CLIENTS, OBJECTS, PROSE, REASON, VALUE

# Keywords for readers, or for judging other clients than ours, whose requests are not recorded.
FOR_READERS: Final = frozenset({PROSE, CLIENTS, "[Tag]", "{Example}"})


def digest_of(source: Source) -> str:
    """The digest of a document with known keywords only; independent of its layout, comments and prose."""
    canonical = json.dumps(_judging(source.document, "Document"), sort_keys=True, ensure_ascii=False)
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()[:16]}"


def _judging(node: Any, kind: str) -> Any:
    """A part of the document without its prose; a reason in words is replaced by true."""
    if kind == REASON:
        return bool(node)
    if kind == VALUE or isinstance(node, bool):
        return node
    if kind.startswith("{"):
        return {name: _judging(child, kind[1:-1]) for name, child in node.items()}
    if kind.startswith("["):
        return [_judging(child, kind[1:-1]) for child in node]
    keywords = OBJECTS[kind]
    return {name: _judging(child, keywords[name]) for name, child in node.items() if keywords[name] not in FOR_READERS}
