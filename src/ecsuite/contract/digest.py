"""The digest of a contract: of what judges an exchange, or says what to send, and of nothing that is there to be read.

A reworded description, a better example or another source leaves it; a bound, a status or a level changes it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from ecsuite.contract.document import Source
from ecsuite.contract.keywords import CLIENTS, OBJECTS, PROSE, REASON, VALUE

# What these keywords hold is for readers, or for other clients than ours, whose requests no recording has.
FOR_READERS: Final = frozenset({PROSE, CLIENTS, "[Tag]", "{Example}"})


def digest_of(source: Source) -> str:
    """The digest of a document whose keywords are all known, whatever its layout, comments and prose."""
    canonical = json.dumps(_judging(source.document, "Document"), sort_keys=True, ensure_ascii=False)
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()[:16]}"


def _judging(node: Any, kind: str) -> Any:
    """What is left of a part of the document without its prose; of a reason in words, that there is one."""
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
