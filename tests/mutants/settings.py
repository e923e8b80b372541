"""What is set: `[tool.mutants]` in `pyproject.toml`, and the survivors that may stay."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Settings:
    """The table `[tool.mutants]`.

    Args:
        source: the folder that holds the package.
        judging: patterns of the files to change, below that folder.
        operators: of cosmic-ray, by name, besides our own.
        tests: patterns of the files whose tests must notice.
        limit: the share of survivors, in percent, that is still good.
    """

    source: str
    judging: tuple[str, ...]
    operators: tuple[str, ...]
    tests: tuple[str, ...]
    limit: float

    def files(self) -> dict[str, Path]:
        """The files to change, by the names of their modules.

        Raises:
            FileNotFoundError: a pattern fits no file, so that something would be left out unseen.
        """
        folder = ROOT / self.source
        found: dict[str, Path] = {}
        for pattern in self.judging:
            paths = sorted(folder.glob(pattern))
            if not paths:
                raise FileNotFoundError(f"[tool.mutants] judging: nothing fits {pattern} in {self.source}")
            found |= {_module(path.relative_to(folder)): path for path in paths}
        return found

    def test_files(self) -> list[str]:
        """The files of tests, without repeats.

        Raises:
            FileNotFoundError: a pattern fits no file.
        """
        found: dict[str, None] = {}
        for pattern in self.tests:
            paths = sorted(ROOT.glob(pattern))
            if not paths:
                raise FileNotFoundError(f"[tool.mutants] tests: nothing fits {pattern}")
            found |= dict.fromkeys(str(path.relative_to(ROOT)) for path in paths)
        return list(found)


def settings() -> Settings:
    """The settings of this project."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutants"]
    return Settings(
        source=table["source"],
        judging=tuple(table["judging"]),
        operators=tuple(table["operators"]),
        tests=tuple(table["tests"]),
        limit=table["limit"],
    )


def accepted() -> dict[Key, str]:
    """The reason of each survivor that may stay, by its function and its change."""
    entries = tomllib.loads((HERE / "accepted.toml").read_text(encoding="utf-8")).get("mutant", [])
    return {(entry["function"], entry["change"].strip()): entry["reason"] for entry in entries}


def _module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
