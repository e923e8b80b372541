"""Prints the largest files, classes and functions of the package.

    python3 tests/support/sizes.py
    python3 tests/support/sizes.py 20 tests

What is beyond a limit is marked, and has its reason below; where a file has two reasons to change, split it instead.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tracked import ROOT, files

SHOWN = 10
LIMITS = {"file": 400, "class": 200, "methods": 25, "function": 45}
# Reasons for exceptions from the limits, by file and name.
REASONS = {
    "src/ecsuite/errors.py": "One list of all messages, each a class of a few lines below the tree that orders them.",
    "src/ecsuite/cli/serve.py serve": "Half of it is its options; the other half starts one server.",
    "src/ecsuite/client/api.py Api": "Half of it is the documentation of parameters; each method hands on to one part.",
    "src/ecsuite/client/cleanup.py Cleanup": "All of it changes one state, what was made and is to be deleted.",
    "src/ecsuite/plugin/options.py pytest_addoption": "The options with their help, in the order of pytest --help.",
    "src/ecsuite/rules/entities.py Entities": "Tests call it for whatever they need around a call; drafts stand apart.",
    "src/ecsuite/rules/verify.py Verify": "A method a kind of verdict, two or three lines below its parameters.",
    "src/ecsuite/rules/world.py build_world": "It puts the parts of a world together, a line each, and decides nothing.",
    "src/ecsuite/session/settings.py of": "Parameters and their documentation; two decisions.",
    "src/ecsuite/standin/faults/common/lenient.py lenient_variants": "A list, an entry a variant.",
    "src/ecsuite/standin/server.py serve": "Parameters and their documentation; it starts one server.",
}


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """The size of a file, class or function in lines; for a class also its number of methods."""

    count: int
    name: str
    line: int
    unit: str

    @property
    def is_too_large(self) -> bool:
        """Whether it exceeds its limit."""
        return self.count > LIMITS[self.unit]


def sizes(path: Path) -> Iterator[Size]:
    """Sizes of a file, and of the classes and functions in it."""
    text = path.read_text(encoding="utf-8")
    name = str(path.relative_to(ROOT))
    yield Size(len(text.splitlines()), name, 1, "file")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            yield Size(_lines(node), f"{name} {node.name}", node.lineno, "class")
            methods = [part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
            yield Size(len(methods), f"{name} {node.name}", node.lineno, "methods")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Size(_lines(node), f"{name} {node.name}", node.lineno, "function")


def _lines(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def all_sizes(below: str = "src") -> list[Size]:
    """Sizes of everything below a folder, largest first."""
    return sorted((size for path in files(".py", below=below) for size in sizes(path)), reverse=True)


def main(shown: int = SHOWN, below: str = "src") -> None:
    """Print the largest of each kind."""
    found = all_sizes(below)
    for unit, limit in LIMITS.items():
        print(f"{unit}, at most {limit}:")
        for size in [size for size in found if size.unit == unit][:shown]:
            file, _, name = size.name.partition(" ")
            where = f"{file}:{size.line} {name}" if name else file
            print(f"  {size.count:5} {'!' if size.is_too_large else ' '} {where}")
            if size.is_too_large:
                print(f"          {REASONS.get(size.name, 'no reason is given')}")


if __name__ == "__main__":
    main(*(int(part) if part.isdecimal() else part for part in sys.argv[1:]))
