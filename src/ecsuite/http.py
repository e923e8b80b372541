"""httpx, without its command line.

Where click and rich are installed, `import httpx` loads them for a command that nobody here runs: a tenth of the
start-up of the offline suite. Modules of ecsuite import httpx from here.
"""

from __future__ import annotations

import sys

# None stands for a module that cannot be imported; httpx then does without.
_held_back = "httpx" not in sys.modules and sys.modules.setdefault("httpx._main", None) is None  # type: ignore[arg-type]

import httpx as httpx  # noqa: E402, PLC0414  the import that this is about

if _held_back:
    del sys.modules["httpx._main"]
