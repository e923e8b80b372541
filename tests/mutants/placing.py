"""Puts a mutant in the place of the code that it was made from, in a process that has imported everything already."""

import gc
import importlib.util
import inspect
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from making import Mutant
from settings import ROOT, settings

PACKAGE = Path(ROOT, settings().source)
Key = tuple[str, int]


class Functions:
    """The functions of some modules, as they stand in memory, under whatever decorator."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._original = {str(path): _Code(path.read_text(encoding="utf-8"), str(path)) for path in paths}
        self._found: dict[str, dict[Key, list[FunctionType]]] = defaultdict(lambda: defaultdict(list))
        gc.collect()
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and (original := self._original.get(each.__code__.co_filename)):
                place = each.__code__.co_qualname, each.__code__.co_firstlineno
                if key := original.places.get(place):
                    self._found[each.__code__.co_filename][key].append(each)

    def change(self, mutant: Mutant) -> Callable[[], None] | None:
        """What puts the mutant into the functions; None where it changes more than the bodies of functions."""
        file = str(mutant.path)
        original, changed = self._original[file], _Code(mutant.source, file)
        if changed.outside != original.outside or changed.codes.keys() != original.codes.keys():
            return None
        other = [key for key, code in changed.codes.items() if _told(code) != _told(original.codes[key])]
        pairs = [(each, changed.codes[key]) for key in other for each in self._found[file][key]]
        if not pairs or any(each.__code__.co_freevars != code.co_freevars for each, code in pairs):
            return None

        def put() -> None:
            for each, code in pairs:
                each.__code__ = code

        return put


class _Code:
    """The code of a module.

    Attributes:
        codes: of each function, by its qualified name and its number among those of that name.
        places: the keys of the same by qualified name and first line.
        outside: what is run when the module is imported, without the bodies of functions.
    """

    def __init__(self, source: str, file: str) -> None:
        self.codes: dict[Key, CodeType] = {}
        self.places: dict[tuple[str, int], Key] = {}
        self.outside: list[object] = []
        for code in _nested(compile(source, file, "exec", dont_inherit=True)):
            if code.co_flags & inspect.CO_NEWLOCALS:
                key = code.co_qualname, sum(name == code.co_qualname for name, _ in self.codes)
                self.codes[key] = code
                self.places[code.co_qualname, code.co_firstlineno] = key
            else:
                self.outside.append(_told(code))


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _nested(each)


def _told(code: CodeType) -> tuple[Any, ...]:
    """What a piece of code does by itself, wherever it stands; a function inside of another is a part of it."""
    is_function = bool(code.co_flags & inspect.CO_NEWLOCALS)
    constants = tuple(
        (_told(each) if is_function else "code") if isinstance(each, CodeType) else _constant(each)
        for each in code.co_consts
    )
    return code.co_qualname, code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars


def _constant(value: object) -> tuple[type, object]:
    """A constant with its type, for 0 is False."""
    if isinstance(value, (tuple, frozenset)):
        inner = [_constant(each) for each in value]
        return type(value), tuple(inner) if isinstance(value, tuple) else frozenset(inner)
    return type(value), value


def import_instead(mutant: Mutant) -> None:
    """Forget all of the package and its tests, and have the mutant imported in the place of its module."""
    for name, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        if file.is_relative_to(PACKAGE) or (file.is_relative_to(ROOT) and file.parent != Path(__file__).parent):
            del sys.modules[name]
    sys.meta_path.insert(0, _Finder(mutant))


class _Finder:
    """Finds one module, changed."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """The mutant in the place of its module; nothing of any other."""
        mutant = self._mutant
        if name != mutant.module:
            return None
        folders = [str(mutant.path.parent)] if mutant.path.name == "__init__.py" else None
        loader = _Loader(mutant)
        return importlib.util.spec_from_file_location(
            name, mutant.path, loader=loader, submodule_search_locations=folders
        )


class _Loader(SourceFileLoader):
    """Compiles the mutant; nothing is written, neither source nor bytecode."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(mutant.path))
        self._source = mutant.source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return compile(self._source, self.path, "exec", dont_inherit=True)
