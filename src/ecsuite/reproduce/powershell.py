"""Scripts for PowerShell. They need curl, which Windows includes, and are pure ASCII.

Windows PowerShell reads a file in the machine's code page, treats curly quotes as quotes, and loses quotes and empty
arguments on the way to a command. Texts are therefore written as ASCII in single quotes, other bytes as numbers, and
curl reads its options from a file. Invoke-WebRequest is not used: it would change URLs, headers and bodies, and does
not show the body of an error response.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ecsuite.reproduce.call import Command, Option
from ecsuite.reproduce.language import How, Story, Whose, comment, used_in
from ecsuite.reproduce.parts import Count, Hole, Parts, joined, repeats
from ecsuite.reproduce.powershell_functions import FUNCTIONS

_ABOUT: Final = (
    "It needs curl, which Windows has, and the variables of ecsuite. Where scripts are not allowed to run:",
    "powershell -ExecutionPolicy Bypass -File FILE",
)
_START: Final = r"""$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
$me = $MyInvocation.MyCommand.Name
$latin1 = [Text.Encoding]::GetEncoding(28591)"""
_REQUIRED: Final = r"""$missing = @(
    $needed | Select-Object -Unique | Where-Object { -not [Environment]::GetEnvironmentVariable($_) }
)
if ($missing) {
    [Console]::Error.WriteLine($me + ': not in the environment: ' + ($missing -join ' '))
    exit 4
}
# In Windows PowerShell, curl without .exe is an alias of another command.
$curl = Get-Command 'curl.exe', 'curl' -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
if (-not $curl) {
    [Console]::Error.WriteLine($me + ': there is no curl')
    exit 4
}
$curl = $curl.Path
$can_decode = ((& $curl --version) -join ' ') -match '\blibz\b'"""
_BEGIN: Final = r"""$work = Join-Path ([IO.Path]::GetTempPath()) ('ecsuite-' + [Guid]::NewGuid().ToString('N'))
[void][IO.Directory]::CreateDirectory($work)
if ($IsLinux -or $IsMacOS) { chmod 700 $work }
Push-Location -LiteralPath $work
$encoding = [Console]::OutputEncoding
try {
    try { [Console]::OutputEncoding = New-Object Text.UTF8Encoding $false } catch { }"""
_END: Final = r"""} finally {
DELETE
    Pop-Location
    Remove-Item -LiteralPath $work -Recurse -Force
    try { [Console]::OutputEncoding = $encoding } catch { }
}"""
_SHARED: Final = (
    "silent",
    "show-error",
    "globoff",
    "path-as-is",
    "http1.1",
    "max-time = 100",
    'write-out = "%{http_code}"',
    'output = "got"',
    'stderr = "said"',
)
_OF_TOKEN: Final = ("EC_TOKEN_URL", "EC_CLIENT_ID", "EC_CLIENT_SECRET")
_ODD: Final = re.compile(rb"[^ -~]|%")


class PowerShell:
    """Windows PowerShell 5.1 and PowerShell 7."""

    hold: str = "hold"
    release: str = "release"
    pause: str = """\
if ([Console]::IsInputRedirected) { Start-Sleep -Seconds 2 } else { [void](Read-Host 'Enter deletes what was made') }"""

    def sent(self, how: How, label: str, number: int, call: Command) -> Iterator[str]:  # noqa: ARG002  a shell needs it
        """Yield the options, one on each line, and the script function that passes them to curl."""
        yield "$call = @("
        yield from (f"    {_option(option)}" for option in call.options)
        yield ")"
        yield f"{how} {said(label)} $call{'' if call.body is None else f' {expression(call.body)}'}"

    def chosen(self, variable: str, name: str, count: int) -> Iterator[str]:
        """Assign a member of the response; the script fails if the response lacks it."""
        yield f"${variable} = member {_quoted(name)} {count}"
        yield f"if (-not ${variable}) {{ fail {said(f'the response has no {name} to go on with')} }}"

    def known(self, variable: str, value: str) -> str:
        """Assign a text."""
        return f"${variable} = {expression((value,))}"

    def remembered(self, whose: Whose, path: Parts) -> str:
        """Call the script's `remember`."""
        return f"remember '{whose}' {expression(path)}"

    def remembered_member(self, whose: Whose, member: str, path: Parts) -> Iterator[str]:
        """Call the script's `remember` if the response has the id."""
        yield f"$made_id = member {_quoted(member)} 1"
        yield f"if ($made_id) {{ {self.remembered(whose, (*path, Hole('made_id')))} }}"

    def waiting(self, seconds: int) -> str:
        """Sleep for some seconds."""
        return f"Start-Sleep -Seconds {seconds}"

    def printed(self, text: str) -> str:
        """Print a text line by line."""
        return "\n".join(f"Write-Output {said(line)}" for line in text.split("\n"))

    def script(self, story: Story, calls: str) -> str:
        """Render the script: it first checks its requirements, and always deletes at the end what it created."""
        tokens = "\n".join([*_made_up(story), *_tokens(story)])
        deleting = "delete_what_was_made" if story.is_deleting else ""
        shared = [*map(_quoted, _SHARED), *map(_option, story.shared)]
        ending = _END.replace("DELETE\n", f"    {deleting}\n" if deleting else "")
        variables = "\n".join(_variables(story))
        parts = [
            "\n".join(comment([*story.about, *_ABOUT])),
            "\n".join([_START, *_needs(story), _REQUIRED]),
            "\n".join(["# Options of all calls.", "$shared = @(", *(f"    {each}" for each in shared), ")"]),
            # Search for used functions here: the parts above call none, but options of all calls may need `option`.
            f"{calls}\n{tokens}\n{deleting}\n{variables}\n{shared}",
        ]
        functions = used_in(parts.pop(), FUNCTIONS)
        about, start, common = parts
        whole = [about, start, functions, f"{variables}\n{common}", _BEGIN, tokens, calls, ending]
        return _ascii("\n\n".join(filter(None, whole)) + "\n")


def _ascii(text: str) -> str:
    """Escape characters that are not ASCII; only comments contain any."""
    return text.encode("ascii", "backslashreplace").decode()


def _needs(story: Story) -> Iterator[str]:
    yield f"$needed = @({', '.join(map(_quoted, story.variables))})"
    if story.has_token:
        yield f"if (-not $env:EC_ACCESS_TOKEN) {{ $needed += {', '.join(map(_quoted, _OF_TOKEN))} }}"


def _variables(story: Story) -> Iterator[str]:
    """Assign environment variables to script variables."""
    yield "$EC_BASE_URL = (utf8 $env:EC_BASE_URL).TrimEnd('/')"
    own = {*story.variables, *(_OF_TOKEN if story.has_token else ())} - {"EC_BASE_URL"}
    yield from (f"${name} = utf8 $env:{name}" for name in sorted(own))


def _made_up(story: Story) -> Iterator[str]:
    for variable, parts in story.made_up:
        yield f"${variable} = {expression(parts)}"
        if variable == "secret_1":
            yield f"if ($env:EC_WEBHOOK_SECRET) {{ ${variable} = utf8 $env:EC_WEBHOOK_SECRET }}"
    if story.hooks:
        yield "# Where the API is to send deliveries: an address of yours, if you want to see them."
        yield f"$hooks = {expression((story.hooks,))}"
        yield "if ($env:EC_WEBHOOK_PUBLIC_URL) { $hooks = utf8 $env:EC_WEBHOOK_PUBLIC_URL }"


def _tokens(story: Story) -> Iterator[str]:
    if story.has_token:
        yield "$token = utf8 $env:EC_ACCESS_TOKEN"
        yield "if (-not $token) { $token = get_token $EC_CLIENT_ID $EC_CLIENT_SECRET }"
        yield "if (-not $token) { fail 'the token endpoint gave no token' }"
    if story.has_other_token:
        yield "$other_token = get_token $EC_OTHER_CLIENT_ID $EC_OTHER_CLIENT_SECRET"
        yield "if (-not $other_token) { fail 'the token endpoint gave no token to the other partner' }"


def _option(option: Option) -> str:
    """An option as an expression that returns it, or nothing."""
    if option.value is None:
        return f"coded {_quoted(option.name)}" if option.name == "compressed" else _quoted(option.name)
    made = f"option {_quoted(option.name)} {expression(option.value)}"
    first = option.value[0] if option.value else ""
    is_coding = option.name == "header" and isinstance(first, str) and first.lower().startswith("accept-encoding:")
    return f"coded ({made})" if is_coding else made


def expression(parts: Parts) -> str:
    """A text of bytes as one argument of a command."""
    pieces = [piece for part in joined(parts) for piece in ([_value(part)] if isinstance(part, Hole) else _texts(part))]
    return pieces[0] if len(pieces) == 1 else f"({' + '.join(pieces)})" if pieces else "''"


def said(text: str) -> str:
    """A text for people as one argument of a command."""
    return expression((text,)) if text.isascii() and text.isprintable() else f"(told {expression((text,))})"


def _texts(text: str) -> Iterator[str]:
    for piece, times in repeats(text):
        yield f"({_literal(piece)} * {times})" if times > 1 else _literal(piece)


def _literal(text: str) -> str:
    """A quoted string without expansion; bytes that are not printable are written as numbers."""
    content = text.encode("utf-8", "surrogateescape")
    if text.isascii() and text.isprintable():
        return _quoted(text)
    return f"(raw {_quoted(_ODD.sub(lambda match: b'%%%02X' % match[0][0], content).decode())})"


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _value(hole: Hole) -> str:
    text = f"${hole.variable}" if hole.variable else ""
    for function, count in hole.functions:
        text = f"({' '.join(filter(None, (function, _count(count) if count else '', text)))})"
    return text


def _count(count: Count) -> str:
    if not count.of:
        return str(count.plus)
    length = f"(half ${count.of})" if count.half else f"${count.of}.Length"
    more = f" {'+' if count.plus > 0 else '-'} {abs(count.plus)}" if count.plus else ""
    return f"({length}{more})" if more or not count.half else length
