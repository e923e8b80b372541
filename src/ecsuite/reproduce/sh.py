"""Scripts for a POSIX shell: they need sh and curl."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ecsuite.reproduce.call import Command, Option
from ecsuite.reproduce.language import How, Story, Whose, comment, used_in
from ecsuite.reproduce.parts import Hole, Parts
from ecsuite.reproduce.sh_functions import FUNCTIONS
from ecsuite.reproduce.shell import feed, fits_a_word, word

_SHORT: Final = {"request": "-X", "header": "-H", "user": "-u"}
_BARE: Final = frozenset({"url"})
_NEEDED: Final = r"""set -u
LC_ALL=C
export LC_ALL
nl='
'
missing=
need() { for name in "$@"; do eval "[ -n \"\${$name:-}\" ]" || missing="$missing $name"; done; }"""
_REQUIRED: Final = r"""if [ -n "$missing" ]; then
    printf '%s\n' "$0: not in the environment:$missing" >&2
    exit 4
fi
EC_BASE_URL=${EC_BASE_URL%/}"""
_SEND: Final = """\
# Options of all calls.
send() {{ curl -sS -g --path-as-is --http1.1 --max-time 100 {}"$@"; }}"""
_PAUSE: Final = """\
if [ -t 0 ]; then
    printf '%s' 'Enter deletes what was made: ' >&2
    read -r _
else
    sleep 2
fi"""


class Sh:
    """A POSIX shell."""

    hold: str = "hold"
    release: str = "release"
    pause: str = _PAUSE

    def sent(self, how: How, label: str, number: int, call: Command) -> Iterator[str]:
        """Send a call with the script's `send`; a call that reads its body from a pipe gets a function of its own."""
        named = word((label,))
        words, fed = arguments(call)
        if fed:
            yield f'call_{number}() {{ {fed} | send {_on_lines(words)} "$@"; }}'
            yield f"{how} {named} call_{number}"
        else:
            yield f"{how} {named} send {_on_lines(words)}"

    def chosen(self, variable: str, name: str, count: int) -> Iterator[str]:
        """Assign a member of the response; the script fails if the response lacks it."""
        yield f"{variable}=$(member {word((name,))} {count})"
        yield f'[ -n "${variable}" ] || fail {word((f"the response has no {name} to go on with",))}'

    def known(self, variable: str, value: str) -> str:
        """Assign a text."""
        return f"{variable}={word((value,))}"

    def remembered(self, whose: Whose, path: Parts) -> str:
        """Call the script's `remember`."""
        return f"remember '{whose}' {word(path)}"

    def remembered_member(self, whose: Whose, member: str, path: Parts) -> Iterator[str]:
        """Call the script's `remember` if the response has the id."""
        yield f"made_id=$(member {member} 1)"
        yield f'[ -z "$made_id" ] || {self.remembered(whose, (*path, Hole("made_id")))}'

    def waiting(self, seconds: int) -> str:
        """Sleep for whole seconds; POSIX has no fractions."""
        return f"sleep {seconds}"

    def printed(self, text: str) -> str:
        """Print with printf, because echo is not portable."""
        return f"printf '%s\\n' {word((text,))}"

    def script(self, story: Story, calls: str) -> str:
        """Render the script: it first checks its requirements, and defines only functions that it uses."""
        tokens = "\n".join([*_made_up(story), *_tokens(story)])
        uses = f"{calls}\n{tokens}\n{'delete_what_was_made' if story.is_deleting else ''}"
        shared = (argument for option in story.shared for argument in words_of(option))
        parts = [
            "\n".join(["#!/bin/sh", *comment([*story.about, "It needs sh and curl, and the variables of ecsuite."])]),
            "\n".join([_NEEDED, *_needs(story), _REQUIRED]),
            _SEND.format("".join(f"{each} " for each in shared)),
            used_in(uses, FUNCTIONS),
            tokens,
            calls,
        ]
        return "\n\n".join(filter(None, parts)) + "\n"


def arguments(call: Command) -> tuple[tuple[str, ...], str]:
    """Arguments for curl, and commands that pipe a body into it that no argument can hold."""
    words = tuple(argument for option in call.options for argument in words_of(option))
    if call.body is None:
        return words, ""
    if fits_a_word(call.body):
        return (*words, "--data-raw", word(call.body)), ""
    return (*words, "--data-binary", "@-"), feed(call.body)


def words_of(option: Option) -> Iterator[str]:
    """An option as arguments."""
    if option.name not in _BARE:
        yield _SHORT.get(option.name, f"--{option.name}")
    if option.value is not None:
        yield word(option.value)


def _on_lines(words: Sequence[str]) -> str:
    """Join arguments, one option with its value on each line."""
    lines: list[str] = []
    is_open = False
    for argument in words:
        if is_open and not argument.startswith("--"):
            lines[-1] += f" {argument}"
        else:
            lines.append(argument)
        is_open = argument in _WITH_A_VALUE
    return " \\\n    ".join(lines)


_WITH_A_VALUE: Final = frozenset({"-X", "-H", "-u", "--data-raw", "--data-binary"})


def _needs(story: Story) -> Iterator[str]:
    yield f"need {' '.join(story.variables)}"
    if story.has_token:
        yield '[ -n "${EC_ACCESS_TOKEN:-}" ] || need EC_TOKEN_URL EC_CLIENT_ID EC_CLIENT_SECRET'


def _made_up(story: Story) -> Iterator[str]:
    for variable, parts in story.made_up:
        value = word(parts)
        yield f"{variable}=${{EC_WEBHOOK_SECRET:-{value}}}" if variable == "secret_1" else f"{variable}={value}"
    if story.hooks:
        yield "# Where the API is to send deliveries: an address of yours, if you want to see them."
        yield "hooks=${EC_WEBHOOK_PUBLIC_URL:-}"
        yield f'[ -n "$hooks" ] || hooks={word((story.hooks,))}'


def _tokens(story: Story) -> Iterator[str]:
    if story.has_token:
        yield "token=${EC_ACCESS_TOKEN:-}"
        yield '[ -n "$token" ] || token=$(get_token "$EC_CLIENT_ID" "$EC_CLIENT_SECRET") || exit 1'
        yield "[ -n \"$token\" ] || fail 'the token endpoint gave no token'"
    if story.has_other_token:
        yield 'other_token=$(get_token "$EC_OTHER_CLIENT_ID" "$EC_OTHER_CLIENT_SECRET") || exit 1'
        yield "[ -n \"$other_token\" ] || fail 'the token endpoint gave no token to the other partner'"
