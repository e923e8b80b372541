"""A partial interpreter of PowerShell for ecsuite's scripts, for machines without PowerShell.

The grammar is a complete one. Of the language, only what these scripts use is implemented, as documented for
PowerShell. Everything else is an error.

    python tests/support/powershell.py FILE
"""

import operator
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import tree_sitter
import tree_sitter_powershell

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
LATIN1, UTF8 = "latin-1", "utf-8"
ESCAPES = {"`n": "\n", "`r": "\r", "`t": "\t"}
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "*": operator.mul,
    "-": operator.sub,
    "/": operator.truediv,
    "-bxor": operator.xor,
    "-or": lambda left, right: is_true(left) or is_true(right),
    "-eq": operator.eq,
    "-ne": operator.ne,
    "-ge": operator.ge,
    "-match": lambda text, pattern: bool(re.search(pattern, text, re.IGNORECASE)),
    "-notmatch": lambda text, pattern: not re.search(pattern, text, re.IGNORECASE),
    "-cmatch": lambda text, pattern: bool(re.search(pattern, text)),
    "-clike": lambda text, pattern: bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text, re.DOTALL)),
    "-split": lambda text, pattern: re.split(pattern, text),
    "-join": lambda items, between: between.join(map(as_text, items)),
}
MISSING = object()


def errors(script: str) -> list[str]:
    """Parts of a script with syntax errors."""
    content = script.encode()
    return [content[node.start_byte : node.end_byte].decode() for node in _broken(PARSER.parse(content).root_node)]


def _broken(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    if node.type == "ERROR" or node.is_missing:
        yield node
    for child in node.children:
        yield from _broken(child)


class Ended(Exception):
    """Raised when the script exits; has the exit code."""


class Char(str):
    """A character, which unlike a string can be converted to its code."""

    __slots__ = ()


def as_text(value: Any) -> str:
    """Convert a value to text."""
    if isinstance(value, list):
        return " ".join(map(as_text, value))
    return "" if value is None else str(value)


def is_true(value: Any) -> bool:
    """Convert a value to a boolean."""
    return is_true(value[0]) if isinstance(value, list) and len(value) == 1 else bool(value)


def items_of(value: Any) -> list[Any]:
    """The items that a value sends down a pipeline."""
    return value if isinstance(value, list) else [value]


def collected(output: list[Any]) -> Any:
    """The value that an assignment gets from an output: None, the single item, or a list."""
    return None if not output else output[0] if len(output) == 1 else output


class Interpreter:
    """Runs a script.

    Args:
        name: the name of its file.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.scopes: list[dict[str, Any]] = [{"true": True, "false": False, "null": None, "islinux": True}]
        self.functions: dict[str, tuple[list[str], tree_sitter.Node]] = {}

    def run(self, script: str) -> int:
        """Run the script; return its exit code."""
        assert errors(script) == []
        before = Path.cwd()
        try:
            for value in self.each(PARSER.parse(script.encode()).root_node):
                print(as_text(value), flush=True)
        except Ended as ended:
            return int(ended.args[0])
        finally:
            os.chdir(before)
        return 0

    # Statements

    def each(self, node: tree_sitter.Node) -> Iterator[Any]:
        """Yield each output of a node."""
        method = getattr(self, f"do_{node.type}", None)
        if method:
            yield from method(node)
            return
        children = [child for child in node.children if child.is_named and child.type != "comment"]
        if node.type in {"program", "statement_list", "statement_block", "script_block", "script_block_body"}:
            for child in children:
                yield from self.each(child)
        elif node.type in {"pipeline", "pipeline_chain"} and len(children) == 1:
            yield from self.each(children[0])
        else:
            value = self.value(node)
            if value is not MISSING:
                yield from items_of(value) if value is not None else [None]

    def output(self, node: tree_sitter.Node) -> Any:
        """All output of a node, as an assignment gets it."""
        return collected(list(self.each(node)))

    def given(self, node: tree_sitter.Node) -> Any:
        """The value that an assignment gets: that of an expression, or the output of commands."""
        while node.type in {"pipeline", "pipeline_chain"} and node.named_child_count == 1:
            node = node.named_children[0]
        return self.value(node) if node.type.endswith("_expression") else self.output(node)

    def do_function_statement(self, node: tree_sitter.Node) -> Iterator[Any]:
        """Define a function."""
        named = {child.type: child for child in node.children}
        names = [each.text.decode() for each in _all(named.get("function_parameter_declaration"), "variable")]
        self.functions[named["function_name"].text.decode().lower()] = (
            [name[1:].lower() for name in names],
            named.get("script_block"),
        )
        yield from ()

    def do_assignment_expression(self, node: tree_sitter.Node) -> Iterator[Any]:
        """Assign a value to one variable, or values to several."""
        left, sign, right = node.children
        value = self.given(right)
        if left.text.startswith(b"[Console]"):
            return
        targets = [each.text.decode() for each in _all(left, "variable")]
        if sign.text == b"+=":
            value = [*items_of(self.variable(targets[0])), *items_of(value)]
        values = items_of(value) if len(targets) > 1 else [value]
        for target, own in zip(targets, values, strict=True):
            self.assign(target, own)
        yield from ()

    def do_pipeline_chain(self, node: tree_sitter.Node) -> Iterator[Any]:
        """Pass the output of each command to the next one."""
        first, *others = [child for child in node.children if child.is_named]
        if not others:
            yield from self.each(first)
            return
        found = list(self.each(first))
        for other in others:
            found = list(self.command(other, found))
        yield from found

    def do_if_statement(self, node: tree_sitter.Node) -> Iterator[Any]:
        """Run the block of the first true condition."""
        condition, block, *otherwise = [child for child in node.children if child.is_named]
        if is_true(self.output(condition)):
            yield from self.each(block)
        elif otherwise:
            yield from self.each(otherwise[0].children[-1])

    def do_foreach_statement(self, node: tree_sitter.Node) -> Iterator[Any]:
        """Run a block for each item."""
        variable, items, block = [child for child in node.children if child.is_named]
        for item in items_of(self.output(items) or []):
            self.assign(variable.text.decode(), item)
            yield from self.each(block)

    def do_try_statement(self, node: tree_sitter.Node) -> Iterator[Any]:
        """Run a block, its handler after an error, and its `finally` block."""
        named = {child.type: child for child in node.children if child.is_named}
        try:
            yield from self.each(named["statement_block"])
        except Ended:
            raise
        except Exception:
            if "catch_clauses" not in named:
                raise
            yield from self.each(_all(named["catch_clauses"], "statement_block")[0])
        finally:
            if "finally_clause" in named:
                for value in self.each(named["finally_clause"].children[-1]):
                    print(as_text(value))

    def do_flow_control_statement(self, node: tree_sitter.Node) -> Iterator[Any]:
        """Exit."""
        assert node.children[0].text == b"exit"
        raise Ended(self.output(node.children[1]))

    def do_command(self, node: tree_sitter.Node) -> Iterator[Any]:
        """Run a command without input."""
        yield from self.command(node, None)

    # Commands

    def command(self, node: tree_sitter.Node, taken: list[Any] | None) -> Iterator[Any]:
        """Run a function, a built-in command or a program."""
        named = {child.type: child for child in node.children}
        words, switches = [], {}
        for element in named["command_elements"].children if "command_elements" in named else ():
            if element.type == "command_parameter":
                switches[element.text.decode()] = len(words)
            elif element.type == "generic_token":
                words.append(element.text.decode())
            elif element.type != "command_argument_sep":
                words.append(self.value(element))
        if "command_invokation_operator" in named:
            path = self.variable(_all(node, "variable")[0].text.decode())
            yield from self.program(path, [*switches, *words])
            return
        name = named["command_name"].text.decode().lower()
        if name in self.functions:
            yield from self.call(name, words)
        else:
            yield from getattr(self, f"run_{name.replace('-', '_')}")(words, switches, taken)

    def call(self, name: str, words: list[Any]) -> Iterator[Any]:
        """Call a function of the script."""
        names, body = self.functions[name]
        self.scopes.append(dict(zip(names, [*words, *[None] * len(names)], strict=False)))
        try:
            yield from self.each(body) if body else ()
        finally:
            self.scopes.pop()

    def block(self, node: tree_sitter.Node, **variables: Any) -> Any:
        """Run a script block that was passed to a command or a method."""
        self.scopes.append(variables)
        try:
            return collected([value for child in node.children if child.is_named for value in self.each(child)])
        finally:
            self.scopes.pop()

    def program(self, path: str, words: list[str]) -> Iterator[Any]:
        """Run a program and yield its output, line by line."""
        ran = subprocess.run([path, *words], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)
        self.scopes[0]["lastexitcode"] = ran.returncode
        yield from ran.stdout.decode(UTF8).splitlines()

    def run_foreach_object(self, words: list[Any], _: Any, taken: list[Any]) -> Iterator[Any]:
        for item in taken:
            yield from items_of(self.block(words[0], _=item))

    def run_where_object(self, words: list[Any], _: Any, taken: list[Any]) -> Iterator[Any]:
        yield from (item for item in taken if is_true(self.block(words[0], _=item)))

    def run_select_object(self, words: list[Any], switches: dict[str, int], taken: list[Any]) -> Iterator[Any]:
        yield from dict.fromkeys(taken) if "-Unique" in switches else taken[: words[0]]

    def run_write_output(self, words: list[Any], *_: Any) -> Iterator[Any]:
        yield from words

    def run_join_path(self, words: list[Any], *_: Any) -> Iterator[Any]:
        yield str(Path(*words))

    def run_get_command(self, words: list[Any], *_: Any) -> Iterator[Any]:
        yield from ({"path": path} for name in words[0] if (path := shutil.which(name)))

    def run_push_location(self, words: list[Any], *_: Any) -> Iterator[Any]:
        self.scopes[0]["left"] = str(Path.cwd())
        os.chdir(words[0])
        yield from ()

    def run_pop_location(self, *_: Any) -> Iterator[Any]:
        os.chdir(self.scopes[0]["left"])
        yield from ()

    def run_remove_item(self, words: list[Any], *_: Any) -> Iterator[Any]:
        shutil.rmtree(words[0])
        yield from ()

    def run_new_object(self, words: list[Any], *_: Any) -> Iterator[Any]:
        yield [0] * words[1] if words[0] == "byte[]" else UTF8

    def run_start_sleep(self, words: list[Any], *_: Any) -> Iterator[Any]:
        time.sleep(words[0])
        yield from ()

    def run_chmod(self, words: list[Any], *_: Any) -> Iterator[Any]:
        yield from self.program("chmod", list(map(str, words)))

    # Values

    def value(self, node: tree_sitter.Node) -> Any:
        """The value of an expression; MISSING if it has no output."""
        kind = node.type
        method = getattr(self, f"of_{kind}", None)
        if method:
            return method(node)
        children = [child for child in node.children if child.type != "comment"]
        if len(children) == 1:
            return self.value(children[0])
        if kind.endswith("expression") and len(children) == 3:
            left, sign, right = children
            return self.binary(sign.text.decode(), self.value(left), self.value(right))
        raise NotImplementedError(f"{kind}: {node.text.decode()}")

    def binary(self, sign: str, left: Any, right: Any) -> Any:
        """Apply a binary operator."""
        if sign == "+":
            if isinstance(left, list):
                return [*left, *items_of(right)]
            return left + (right if isinstance(left, int) else as_text(right))
        if sign == "-f":
            number, width = re.search(r"\{0:([xX])(\d)\}", left).groups()
            return re.sub(r"\{0:.*?\}", format(right, f"0{width}{number}"), left)
        return OPERATORS[sign](as_text(left) if isinstance(left, Char) else left, right)

    def of_command(self, node: tree_sitter.Node) -> Any:
        return self.output(node)

    def of_parenthesized_expression(self, node: tree_sitter.Node) -> Any:
        return self.output(node.children[1])

    def of_array_expression(self, node: tree_sitter.Node) -> list[Any]:
        return [value for child in node.children if child.is_named for value in self.each(child)]

    def of_array_literal_expression(self, node: tree_sitter.Node) -> Any:
        values = [self.value(child) for child in node.children if child.type != ","]
        return values if len(values) > 1 else values[0]

    def of_script_block_expression(self, node: tree_sitter.Node) -> tree_sitter.Node:
        return node

    def of_verbatim_string_characters(self, node: tree_sitter.Node) -> str:
        return node.text.decode()[1:-1].replace("''", "'")

    def of_expandable_string_literal(self, node: tree_sitter.Node) -> str:
        text = node.text.decode()[1:-1]
        return ESCAPES[text]

    def of_decimal_integer_literal(self, node: tree_sitter.Node) -> int:
        return int(node.text)

    def of_variable(self, node: tree_sitter.Node) -> Any:
        return self.variable(node.text.decode())

    def of_expression_with_unary_operator(self, node: tree_sitter.Node) -> Any:
        if len(node.children) == 1:
            return self.value(node.children[0])
        sign, own = node.children[0].text, self.value(node.children[-1])
        return not is_true(own) if sign == b"-not" else "".join(map(as_text, items_of(own)))

    def of_cast_expression(self, node: tree_sitter.Node) -> Any:
        kind, own = node.children[0].text.decode().strip("[]").lower(), self.value(node.children[1])
        if kind == "void":
            return MISSING
        if kind == "string":
            return as_text(own)
        if kind == "char":
            return Char(chr(own))
        return ord(own) if isinstance(own, Char) else int(own)

    def of_element_access(self, node: tree_sitter.Node) -> Any:
        return self.value(node.children[0])[self.value(node.children[2])]

    def of_member_access(self, node: tree_sitter.Node) -> Any:
        owner, _, member = node.children
        name = member.text.decode()
        if owner.type == "type_literal":
            return STATIC[f"{owner.text.decode()}::{name}"]()
        own = self.value(owner)
        if name in {"Length", "Count"}:
            return len(own)
        if name == "Groups":
            return [{"value": text or ""} for text in (own[0], *own.groups())]
        if name == "Success":
            return own is not None
        if name == "MyCommand":
            return {"name": self.name}
        return own if name in {"UTF8", "Error"} else own[name.lower()]

    def of_invokation_expression(self, node: tree_sitter.Node) -> Any:
        owner, _, member, arguments = node.children
        name = member.text.decode()
        inner = arguments.children[1]
        listed = [child for child in inner.children if child.type != ","] if len(inner.children) > 1 else [inner]
        values = [] if inner.type == ")" else [self.value(child) for child in listed]
        if owner.type == "type_literal":
            return self.static(f"{owner.text.decode()}::{name}", values)
        text = owner.text.decode()
        if text == "[Console]::Error":
            sys.stderr.write(as_text(values[0]) + ("\n" if name == "WriteLine" else ""))
            return MISSING
        return METHODS[name](self.value(owner), *values)

    def static(self, name: str, values: list[Any]) -> Any:
        """Call a static method."""
        if name == "[regex]::Replace":
            text, pattern, block = values
            return re.sub(pattern, lambda match: as_text(self.block(block, args=[match])), text)
        return STATIC[name](*values)

    # Variables

    def variable(self, text: str) -> Any:
        """The value of a variable in the innermost scope that has it."""
        name = text.lstrip("$").lower()
        if name.startswith("env:"):
            return os.environ.get(text[5:])
        name = name.removeprefix("script:")
        if name == "myinvocation":
            return {}
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)

    def assign(self, text: str, value: Any) -> None:
        """Assign a variable in the current scope."""
        name = text.lstrip("$").lower()
        scope = self.scopes[0] if name.startswith("script:") else self.scopes[-1]
        scope[name.removeprefix("script:")] = value


def _all(node: tree_sitter.Node | None, kind: str) -> list[tree_sitter.Node]:
    if node is None:
        return []
    return [node] if node.type == kind else [found for child in node.children for found in _all(child, kind)]


def _nothing(*_: Any) -> Any:
    return MISSING


def _deleted(path: str) -> Any:
    with suppress(FileNotFoundError):
        Path(path).unlink()
    return MISSING


def _written(path: str, content: bytes) -> Any:
    Path(path).write_bytes(content)
    return MISSING


def _filled(_: Any, content: list[int]) -> Any:
    content[:] = secrets.token_bytes(len(content))
    return MISSING


def _reversed(items: list[Any]) -> Any:
    items.reverse()
    return MISSING


STATIC: dict[str, Callable[..., Any]] = {
    "[Text.Encoding]::GetEncoding": lambda _: LATIN1,
    "[Text.Encoding]::UTF8": lambda: UTF8,
    "[Environment]::GetEnvironmentVariable": os.environ.get,
    "[IO.Path]::GetTempPath": tempfile.gettempdir,
    "[IO.Directory]::CreateDirectory": lambda path: Path(path).mkdir(),
    "[IO.File]::Delete": _deleted,
    "[IO.File]::Exists": lambda path: Path(path).is_file(),
    "[IO.File]::ReadAllBytes": lambda path: Path(path).read_bytes(),
    "[IO.File]::ReadAllText": lambda path: Path(path).read_text(encoding=UTF8),
    "[IO.File]::WriteAllBytes": _written,
    "[Guid]::NewGuid": lambda: secrets,
    "[Math]::Max": max,
    "[Math]::Min": min,
    "[Math]::Floor": lambda number: number // 1,
    "[Array]::Reverse": _reversed,
    "[Convert]::ToInt32": int,
    "[Console]::OutputEncoding": lambda: UTF8,
    "[Console]::IsInputRedirected": lambda: True,
    "[regex]::Match": lambda text, pattern: re.search(pattern, text),
    "[Security.Cryptography.RandomNumberGenerator]::Create": lambda: None,
}
METHODS: dict[str, Callable[..., Any]] = {
    "Substring": lambda text, start, count=None: text[start : None if count is None else start + count],
    "ToCharArray": lambda text: [Char(letter) for letter in text],
    "Replace": lambda text, old, new: text.replace(old, new),
    "TrimEnd": lambda text, letters: text.rstrip(letters),
    "ToString": lambda own, _: own.token_hex(16),
    "GetString": lambda encoding, content: content.decode(encoding, "replace"),
    "GetBytes": lambda own, content: _filled(own, content) if own is None else content.encode(own),
}


if __name__ == "__main__":
    sys.exit(Interpreter(Path(sys.argv[1]).name).run(Path(sys.argv[1]).read_text(encoding="ascii")))
