"""Makes mutants: the judging code with one change each."""

import ast
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from operators import OPERATORS


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change.

    Args:
        path: of the module's file.
        module: its name.
        function: where the change is, by the full name.
        change: the lines that differ, marked with - and +, without indentation.
        lines: of the statement that is changed.
        source: the whole changed module.
    """

    path: Path
    module: str
    function: str
    change: str
    lines: range
    source: str

    @property
    def key(self) -> tuple[str, str]:
        """What an accepted survivor is known by: line numbers change too often."""
        return self.function, self.change


def mutants_of(path: Path, module: str, names: Iterable[str]) -> list[Mutant]:
    """Every mutant of a module by our operators and by those of cosmic-ray that are named, in the order of its lines."""
    original = path.read_text(encoding="utf-8")
    tree = ast.parse(original)
    operators = [*(each() for each in OPERATORS), *(get_operator(f"core/{name}")() for name in names)]
    found = []
    for part in _parts(tree, original.splitlines(keepends=True)):
        for line, code in part.changed(operators):
            source = part.before + code + part.after
            change = _difference(part.code, code)
            found.append(Mutant(path, module, _function(tree, module, line), change, _statement(tree, line), source))
    return sorted(found, key=lambda mutant: (mutant.lines.start, mutant.change))


@dataclass(frozen=True, slots=True)
class _Part:
    """A function, a method or another statement outside of functions: to parse all of a module for each change is slow."""

    before: str
    code: str
    after: str

    def changed(self, operators: Iterable[Operator]) -> Iterator[tuple[int, str]]:
        """The line of the module and the changed code of each change that means something new."""
        # A method stands alone when a class is put around it.
        head = "class _:\n" if self.code.startswith(" ") else ""
        whole, above = head + self.code, self.before.count("\n") - head.count("\n")
        known = {"", _meaning(whole)}
        for operator in operators:
            for occurrence, line in enumerate(_lines(whole, operator)):
                changed = mutate_code(whole, operator, occurrence)
                meaning = _meaning(changed)
                if meaning not in known:
                    known.add(meaning)
                    yield above + line, changed.removeprefix(head)


def _parts(body: ast.Module | ast.ClassDef, lines: list[str]) -> Iterator[_Part]:
    for node in body.body:
        if isinstance(node, ast.ClassDef):
            yield from _parts(node, lines)
        elif not _is_bare(node):
            first = min(each.lineno for each in (node, *getattr(node, "decorator_list", ()))) - 1
            last = node.end_lineno or node.lineno
            yield _Part("".join(lines[:first]), "".join(lines[first:last]), "".join(lines[last:]))


def _is_bare(node: ast.stmt) -> bool:
    """Whether a function does nothing, for a protocol or a base class has it; then its signature is for readers."""
    return isinstance(node, ast.FunctionDef) and all(
        isinstance(each, ast.Pass) or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in node.body
    )


def _lines(source: str, operator: Operator) -> Iterator[int]:
    """The line of each place where an operator can change the code, in the order of its occurrences."""
    for node in ast_nodes(get_ast(source)):
        for (line, _), _ in operator.mutation_positions(node):
            yield line


def _meaning(source: str) -> str:
    """The code without what is not run: annotations are not, by `from __future__ import annotations`."""
    try:
        return ast.dump(_Bare().visit(ast.parse(source)))
    except SyntaxError:
        return ""


class _Bare(ast.NodeTransformer):
    """Takes away the annotations of parameters, results and variables, and how arguments are given."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_arguments(self, node: ast.arguments) -> Any:
        """Whether an argument is given by its place or by its name is the caller's business."""
        node.args = [*node.posonlyargs, *node.args, *node.kwonlyargs]
        node.defaults = [*node.defaults, *(each for each in node.kw_defaults if each)]
        node.posonlyargs, node.kwonlyargs, node.kw_defaults = [], [], []
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)


def _difference(original: str, changed: str) -> str:
    lines = difflib.unified_diff(original.splitlines(), changed.splitlines(), n=0, lineterm="")
    return "\n".join(f"{line[0]} {line[1:].strip()}" for line in list(lines)[2:] if line[0] in "+-")


def _around(tree: ast.Module, line: int, kinds: tuple[type[ast.stmt], ...]) -> Iterator[Any]:
    """The statements of some kinds that a line is in, the outermost first."""
    for node in ast.walk(tree):
        if isinstance(node, kinds):
            decorators = getattr(node, "decorator_list", [])
            if min(each.lineno for each in (node, *decorators)) <= line <= (node.end_lineno or line):
                yield node


def _function(tree: ast.Module, module: str, line: int) -> str:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return ".".join([module, *(node.name for node in _around(tree, line, kinds))])


def _statement(tree: ast.Module, line: int) -> range:
    """The lines of the innermost statement that a line is in; of one with a body, those before its body."""
    *_, innermost = _around(tree, line, (ast.stmt,))
    body = getattr(innermost, "body", None)
    first = min(line, innermost.lineno)
    return range(first, max(first, line, body[0].lineno - 1 if body else innermost.end_lineno) + 1)
