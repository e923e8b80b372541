"""Changes that blind a check: a verdict not given, a condition that never holds. cosmic-ray has none of them.

Each is an operator as cosmic-ray's documentation tells to write one: it works on nodes of parso's tree.
"""

from collections.abc import Iterator
from typing import Any

import parso
from cosmic_ray.operators.operator import Operator

AUGMENTED = {"+=", "-=", "*=", "|=", "&="}
Position = tuple[tuple[int, int], tuple[int, int]]


class _Replacement(Operator):
    """Puts other code in the place of a child of a node: subclasses list the pairs of child and code."""

    def choices(self, node: Any) -> Iterator[tuple[int, str]]:
        """Each child that can be replaced, by its index, with the code to put there."""
        raise NotImplementedError

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Where the replaced children are."""
        for index, _ in self.choices(node):
            yield node.children[index].start_pos, node.children[index].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The node with one child replaced."""
        at, code = list(self.choices(node))[index]
        node.children[at] = parso.parse(node.children[at].get_first_leaf().prefix + code)
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        """Not needed: what they do is tested by what the list of mutants shows."""
        return ()


class Condition(_Replacement):
    """`if x` becomes `if False` and `if True`, in statements, ternaries and comprehensions alike."""

    def choices(self, node: Any) -> Iterator[tuple[int, str]]:
        """The conditions of a node; a loop whose condition always holds proves nothing but patience."""
        if node.type in {"if_stmt", "while_stmt", "comp_if"}:
            conditions = [at for at, child in enumerate(node.children) if _text(child) in {"if", "elif", "while"}]
            for at in conditions:
                yield at + 1, "False"
                if node.type != "while_stmt":
                    yield at + 1, "True"
        elif node.type in {"ternary", "test"}:
            yield 2, "False"
            yield 2, "True"


class Operand(_Replacement):
    """`a and b` becomes `a`, and `b`; likewise with `or`."""

    def choices(self, node: Any) -> Iterator[tuple[int, str]]:
        """Each operand, replaced by what leaves the decision to the others."""
        if node.type in {"and_test", "or_test"}:
            neutral = "True" if node.type == "and_test" else "False"
            for at in range(0, len(node.children), 2):
                yield at, neutral


class Membership(_Replacement):
    """`a in b` becomes `a not in b`, and the other way round."""

    def choices(self, node: Any) -> Iterator[tuple[int, str]]:
        """The operators `in` and `not in` of a comparison."""
        if node.type == "comparison":
            for at in range(1, len(node.children), 2):
                if _text(node.children[at]) in {"in", "not in"}:
                    yield at, "not in" if _text(node.children[at]) == "in" else "in"


class Verdict(_Replacement):
    """What a function returns or yields is not given: `return [breach]` becomes `return []`, `yield x` nothing."""

    def choices(self, node: Any) -> Iterator[tuple[int, str]]:
        """The values of `return` and of `yield`."""
        if node.type == "return_stmt":
            value = _text(node.children[1])
            if value.startswith("["):
                yield 1, "[]"
            elif value != "None":
                yield 1, "None"
        elif node.type == "yield_expr" and node.parent.type == "simple_stmt":
            yield 1, "from ()"


class Statement(_Replacement):
    """A call or an augmented assignment that stands alone is left out."""

    def choices(self, node: Any) -> Iterator[tuple[int, str]]:
        """The one child of a line that is such a statement."""
        if node.type == "simple_stmt":
            first = node.children[0]
            is_call = first.type in {"atom_expr", "power"} and _text(first.children[-1]).startswith("(")
            if is_call or (first.type == "expr_stmt" and _text(first.children[1]) in AUGMENTED):
                yield 0, "pass"


OPERATORS = (Condition, Operand, Membership, Verdict, Statement)


def _text(node: Any) -> str:
    return str(node.get_code(include_prefix=False))
