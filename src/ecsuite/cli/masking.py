"""What a command prints of an error has no secret of the environment's."""

from __future__ import annotations

import os


def masked(text: str) -> str:
    """The text with the secrets of the environment masked."""
    from ecsuite.messages.redact import Redactor  # noqa: PLC0415  where there is an error
    from ecsuite.target import secrets_in  # noqa: PLC0415  likewise

    return Redactor(secrets_in(os.environ)).text(text)
