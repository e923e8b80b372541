"""What a server in trouble may raise over input that it does not expect."""

from __future__ import annotations

import sqlite3
from typing import Final

TROUBLE: Final = (
    *(sqlite3.Error, KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError),
    # Of `ast.literal_eval`.
    SyntaxError,
)
