"""Functions for PowerShell scripts, for Windows PowerShell 5.1 and PowerShell 7.

A text in them is a string with one character for each byte, so that no byte is lost on the way to curl.
"""

from __future__ import annotations

from typing import Final

# The order matters: a function may use those before it.
FUNCTIONS: Final = {
    "fail": r"""
function fail($text) {
    [Console]::Error.WriteLine($me + ': ' + $text)
    exit 1
}
""",
    "utf8": r"""
# Converts a text to a string with one character for each byte of its UTF-8 form.
function utf8($text) { $latin1.GetString([Text.Encoding]::UTF8.GetBytes([string]$text)) }
""",
    "told": r"""
# Decodes a string with one character for each byte as UTF-8.
function told($text) { [Text.Encoding]::UTF8.GetString($latin1.GetBytes([string]$text)) }
""",
    "raw": r"""
# Decodes %XX to bytes.
function raw($text) {
    [regex]::Replace($text, '%([0-9A-F]{2})', { [string][char][Convert]::ToInt32($args[0].Groups[1].Value, 16) })
}
""",
    "half": r"""
# Returns the length of a text divided by two, rounded down.
function half($text) { [int][Math]::Floor($text.Length / 2) }
""",
    "first": r"""
# Returns the leading characters of a text.
function first($count, $text) { $text.Substring(0, [Math]::Max(0, [Math]::Min($count, $text.Length))) }
""",
    "behind": r"""
# Returns a text without its leading characters.
function behind($count, $text) { $text.Substring([Math]::Max(0, [Math]::Min($count, $text.Length))) }
""",
    "unlike": r"""
# Returns a character that differs from the one after the leading characters of a text.
function unlike($count, $text) { if ((behind $count $text) -clike 'A*') { 'B' } else { 'A' } }
""",
    "swapped": r"""
# Swaps upper and lower case.
function swapped($text) {
    -join ($text.ToCharArray() | ForEach-Object { if ($_ -cmatch '[A-Za-z]') { [char]([int]$_ -bxor 32) } else { $_ } })
}
""",
    "backwards": r"""
function backwards($text) {
    $turned = $text.ToCharArray()
    [Array]::Reverse($turned)
    -join $turned
}
""",
    "encoded": r"""
# Percent-encodes a text for a URL path.
function encoded($text) {
    -join ($text.ToCharArray() | ForEach-Object {
        if ($_ -cmatch '[A-Za-z0-9._~-]') { $_ } else { '%{0:X2}' -f [int]$_ }
    })
}
""",
    "form_encoded": r"""
# Encodes a text for a form.
function form_encoded($text) { (encoded $text).Replace('%20', '+') }
""",
    "escaped": r"""
# Escapes a text for a JSON string.
function escaped($text) { $text.Replace('\', '\\').Replace('"', '\"') }
""",
    "random": r"""
# Returns hexadecimal digits of a new secret.
function random($count) {
    $bytes = New-Object byte[] $count
    [Security.Cryptography.RandomNumberGenerator]::Create().GetBytes($bytes)
    first $count (-join ($bytes | ForEach-Object { '{0:x2}' -f $_ }))
}
""",
    "option": r"""
# Formats an option with its value for curl's configuration file.
function option($name, $value) {
    $quoted = $value.Replace('\', '\\').Replace('"', '\"').Replace("`n", '\n').Replace("`r", '\r').Replace("`t", '\t')
    $name + ' = "' + $quoted + '"'
}
""",
    "coded": r"""
# Returns an option about compression, or nothing if curl cannot decompress, as on older Windows.
function coded($option) { if ($can_decode) { $option } }
""",
    "send": r"""
# Sends a call, and returns its status. Both bodies are files, because PowerShell would change arguments and output.
function send($call, $content, $more) {
    $sent, $got, $said = 'sent', 'got', 'said' | ForEach-Object { Join-Path $work $_ }
    [IO.File]::Delete($got)
    [IO.File]::Delete($said)
    $lines = @($shared) + @($call) + @($more | Where-Object { $_ })
    if ($null -ne $content) {
        [IO.File]::WriteAllBytes($sent, $latin1.GetBytes($content))
        $lines += 'data-binary = "@sent"'
    }
    [IO.File]::WriteAllBytes((Join-Path $work 'call'), $latin1.GetBytes(($lines -join "`n") + "`n"))
    $status = & $curl --config call
    $script:body = ''
    if ([IO.File]::Exists($got)) { $script:body = $latin1.GetString([IO.File]::ReadAllBytes($got)) }
    if ([IO.File]::Exists($said)) { [Console]::Error.Write([IO.File]::ReadAllText($said)) }
    [string]$status
}
""",
    "member": r"""
# Returns the string value of a JSON member in the latest response; the count selects among several, from 1.
function member($name, $count) {
    $pattern = '^\s*"' + $name + '"\s*:\s*"(.*)"\s*$'
    $pieces = $body -split '[\[\]{},\n]'
    $found = @($pieces | ForEach-Object { [regex]::Match($_, $pattern) } | Where-Object { $_.Success })
    if ($found.Count -ge $count) { $found[$count - 1].Groups[1].Value } else { '' }
}
""",
    "get_token": r"""
# Requests an access token, and returns it.
function get_token($id, $secret) {
    $form = 'grant_type=client_credentials&client_id=' + (form_encoded $id) + '&client_secret=' + (form_encoded $secret)
    [void](send (option 'url' $EC_TOKEN_URL) $form)
    if ($LASTEXITCODE -ne 0) { fail 'the token endpoint did not answer' }
    member 'access_token' 1
}
""",
    "prepare": r"""
# Sends a call that prepares the data, and stores the response; ends the script if the call is rejected.
function prepare($label, $call, $content) {
    $status = send $call $content
    if ($LASTEXITCODE -ne 0) { fail ($label + ': no response') }
    if ($status -notmatch '^2\d\d$') {
        fail ($label + ' got ' + $status + ', so what comes after it cannot be shown: ' + (told $body))
    }
}
""",
    "show": r"""
# Sends the call, and prints the response.
function show($label, $call, $content) {
    [void](send $call $content 'include')
    Write-Output ''
    Write-Output ('--- ' + $label)
    if ($LASTEXITCODE -ne 0) {
        Write-Output ('(curl ended with ' + $LASTEXITCODE + ': no response, or none in whole)')
    }
    Write-Output (told $body)
}
""",
    "remember": r"""
# Notes a path for deletion at the end, and whose token is needed.
function remember($whose, $path) { $script:made = @($whose + $path) + $made }
""",
    "release": r"""
# Interruptions wait for the response of a call that creates something: its id is needed for the deletion.
function hold { try { [Console]::TreatControlCAsInput = $true } catch { } }
function release { try { [Console]::TreatControlCAsInput = $false } catch { } }
""",
    "delete_what_was_made": r"""
$made = @()
function delete_what_was_made {
    hold
    foreach ($each in $made) {
        $path, $bearer = $each, $token
        if ($each -cmatch '^other/') { $path, $bearer = $each.Substring(5), $other_token }
        $call = @(
            option 'request' 'DELETE'
            option 'url' ($EC_BASE_URL + $path)
            option 'header' ('Authorization: Bearer ' + $bearer)
        )
        $status = send $call
        if ($status -notmatch '^(2\d\d|404)$') {
            [Console]::Error.WriteLine($me + ': left behind, for its DELETE got ' + $status + ': ' + $path)
        }
    }
    release
}
""",
}
