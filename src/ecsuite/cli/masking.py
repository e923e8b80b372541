"""What a command prints of an error has no secret of the environment's, and is no longer than can be read."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ecsuite.errors import abridged


def masked(text: str, env: Mapping[str, str] | None = None) -> str:
    """The text with the secrets masked of an environment, of this process where it is left out; long lines abridged."""
    from ecsuite.messages.redact import Redactor  # noqa: PLC0415  where there is an error
    from ecsuite.target import secrets_in  # noqa: PLC0415  likewise

    return abridged(Redactor(secrets_in(os.environ if env is None else env)).text(text))
