"""Masks secrets from the environment in error messages, and abridges long ones."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ecsuite.errors import abridged


def masked(text: str, env: Mapping[str, str] | None = None) -> str:
    """Mask the secrets of an environment, by default this process's, in a text; abridge long lines."""
    from ecsuite.messages.redact import Redactor  # noqa: PLC0415  only needed after an error
    from ecsuite.target import secrets_in  # noqa: PLC0415  only needed after an error

    return abridged(Redactor(secrets_in(os.environ if env is None else env)).text(text))
