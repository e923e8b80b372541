"""httpx, without its command line.

If click and rich are installed, `import httpx` imports them for its own command, which takes a tenth of the start-up
time of the offline suite. Modules of ecsuite import httpx from here.
"""

from __future__ import annotations

import sys

# None marks a module as not importable; httpx works without this one.
_held_back = "httpx" not in sys.modules and sys.modules.setdefault("httpx._main", None) is None  # type: ignore[arg-type]

import httpx as httpx  # noqa: E402, PLC0414  the import that this is about

if _held_back:
    del sys.modules["httpx._main"]
