"""Reads JSON files of other tools, with an error message in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ecsuite.errors import EcsuiteError


def read_object(path: Path, unreadable: Callable[[Path, str], EcsuiteError]) -> dict[str, Any]:
    """The JSON object in a file.

    Args:
        path: of the file.
        unreadable: makes the error from the path and a reason.

    Raises:
        EcsuiteError: made by `unreadable`, if the file is missing, not JSON, or not an object.
    """
    try:
        # Programs on Windows write a byte order mark first.
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        # An escape may be a lone surrogate, which cannot be encoded.
        whole = json.dumps(document, ensure_ascii=False).encode("utf-16", "surrogatepass")
        document = json.loads(whole.decode("utf-16", "replace"))
    except OSError as error:
        raise unreadable(path, error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise unreadable(path, "it is not UTF-8") from None
    except RecursionError:
        raise unreadable(path, "it is nested too deep") from None
    except ValueError as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise unreadable(path, f"it is not JSON{place}") from None
    if not isinstance(document, dict):
        raise unreadable(path, "it is not a JSON object")
    return document
