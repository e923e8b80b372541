"""Reads a file of secrets, as given by `--env-file`. Its values are never printed.

It has lines like `EC_CLIENT_ID=...`, or is an environment exported from Postman.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ecsuite.config.keys import PREFIX, VARIABLES, nearest
from ecsuite.errors import EnvFileUnusable


def read_env_file(path: Path) -> Mapping[str, str]:
    """The variables of ecsuite in a file; other variables are ignored.

    Raises:
        EnvFileUnusable: it cannot be read, a line is invalid, or a variable with our prefix is unknown.
        EnvironmentFileUnreadable: it is JSON, but not an environment of Postman.
    """
    if path.suffix == ".json":
        from ecsuite.postman.environment import read_postman_environment  # noqa: PLC0415  where such a file is given

        return read_postman_environment(path)
    from dotenv.parser import parse_stream  # noqa: PLC0415  where such a file is given

    found: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise EnvFileUnusable(str(path), getattr(error, "strerror", None) or "it is no text") from None
    for binding in bindings:
        # The text of a binding includes the empty lines before it.
        text = binding.original.string
        before = text[: len(text) - len(text.lstrip())].count("\n")
        where = f"{path}:{binding.original.line + before}"
        if binding.error:
            raise EnvFileUnusable(where, "the line cannot be understood")
        if binding.key is None or not binding.key.startswith(PREFIX):
            continue
        if binding.key not in VARIABLES:
            near = nearest(binding.key, VARIABLES)
            hint = f"did you mean {near}?" if near else "nothing reads it"
            raise EnvFileUnusable(where, f"there is no variable {binding.key}: {hint}")
        if binding.value is None:
            raise EnvFileUnusable(where, f"{binding.key} has no value")
        found[binding.key] = binding.value
    return found
