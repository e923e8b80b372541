"""Prints the largest files, classes and functions of the package.

    python3 tests/support/sizes.py
    python3 tests/support/sizes.py 20 tests

What is beyond a limit is marked, and needs a reason that a reader would accept; splitting by line count is none.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tracked import ROOT, files

SHOWN = 10
LIMITS = {"file": 400, "class": 200, "methods": 25, "function": 45}


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """How large something is: lines, or for a class also methods."""

    count: int
    name: str
    unit: str


def sizes(path: Path) -> Iterator[Size]:
    """The sizes of a file and of what is in it."""
    text = path.read_text(encoding="utf-8")
    name = str(path.relative_to(ROOT))
    yield Size(len(text.splitlines()), name, "file")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            yield Size(_lines(node), f"{name}:{node.lineno} {node.name}", "class")
            methods = [part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
            yield Size(len(methods), f"{name}:{node.lineno} {node.name}", "methods")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Size(_lines(node), f"{name}:{node.lineno} {node.name}", "function")


def _lines(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def main(shown: int = SHOWN, below: str = "src") -> None:
    """Print the largest of each kind."""
    found = sorted((size for path in files(".py", below=below) for size in sizes(path)), reverse=True)
    for unit, limit in LIMITS.items():
        print(f"{unit}, at most {limit}:")
        for size in [size for size in found if size.unit == unit][:shown]:
            print(f"  {size.count:5} {'!' if size.count > limit else ' '} {size.name}")


if __name__ == "__main__":
    main(*(int(part) if part.isdecimal() else part for part in sys.argv[1:]))
