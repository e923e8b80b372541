"""Exit codes of the commands, the same as pytest's: 0 all passed, 1 a promise broken, 2 interrupted, 4 usage error."""

from typing import Final

BROKEN: Final = 1
INTERRUPTED: Final = 2
USAGE: Final = 4
