"""The exceptions that a careless server may raise on unexpected input."""

from __future__ import annotations

import sqlite3
from typing import Final

TROUBLE: Final = (
    *(sqlite3.Error, KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError),
    # Raised by `ast.literal_eval`.
    SyntaxError,
)
