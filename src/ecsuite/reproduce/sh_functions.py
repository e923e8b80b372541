"""Functions for POSIX shell scripts."""

from __future__ import annotations

from typing import Final

# The order matters: a function may use those before it.
FUNCTIONS: Final = {
    "fail": r"""
fail() { printf '%s\n' "$0: $*" >&2; exit 1; }
""",
    "first": r"""
# Prints the leading $1 characters of $2.
first() {
    rest=$2 left=$1
    while [ "$left" -gt 0 ] && [ -n "$rest" ]; do rest=${rest#?} left=$((left - 1)); done
    printf '%s' "${2%"$rest"}"
}
""",
    "behind": r"""
# Prints $2 without its leading $1 characters.
behind() {
    rest=$2 left=$1
    while [ "$left" -gt 0 ] && [ -n "$rest" ]; do rest=${rest#?} left=$((left - 1)); done
    printf '%s' "$rest"
}
""",
    "unlike": r"""
# Prints a character that differs from the one after the leading $1 characters of $2.
unlike() { case $(behind "$1" "$2") in A*) printf B ;; *) printf A ;; esac; }
""",
    "swapped": r"""
# Swaps upper and lower case.
swapped() { printf '%s' "$1" | tr 'A-Za-z' 'a-zA-Z'; }
""",
    "backwards": r"""
backwards() {
    rest=$1 turned=
    while [ -n "$rest" ]; do turned=${rest%"${rest#?}"}$turned rest=${rest#?}; done
    printf '%s' "$turned"
}
""",
    "encoded": r"""
# Percent-encodes a text for a URL path.
encoded() {
    rest=$1
    while [ -n "$rest" ]; do
        char=${rest%"${rest#?}"} rest=${rest#?}
        case $char in
            [A-Za-z0-9._~-]) printf '%s' "$char" ;;
            *) printf '%%%02X' $(($(printf '%d' "'$char") & 255)) ;;
        esac
    done
}
""",
    "form_encoded": r"""
# Encodes a text for a form.
form_encoded() { encoded "$1" | sed 's/%20/+/g'; }
""",
    "escaped": r"""
# Escapes a text for a JSON string.
escaped() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }
""",
    "random": r"""
# Prints $1 hexadecimal digits of a new secret.
random() { first "$1" "$(od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n')"; }
""",
    "member": r"""
# Prints the string value of the JSON member $1 in the latest response; $2 selects among several, from 1.
member() {
    printf '%s\n' "$body" | sed 's/[][{},]/\
/g' | sed -n "s/^[[:space:]]*\"$1\"[[:space:]]*:[[:space:]]*\"\(.*\)\"[[:space:]]*\$/\1/p" | sed -n "$2p"
}
""",
    "get_token": r"""
# Requests an access token, and prints it.
get_token() {
    body=$(printf 'grant_type=client_credentials&client_id=%s&client_secret=%s' "$(form_encoded "$1")" \
        "$(form_encoded "$2")" | send "$EC_TOKEN_URL" --data-binary @-) || fail 'the token endpoint did not answer'
    member access_token 1
}
""",
    "prepare": r"""
# Sends a call that prepares the data, and stores the response; ends the script if the call is rejected.
prepare() {
    what=$1
    shift
    body=$("$@" -w "$nl%{http_code}") || fail "$what: no response"
    status=${body##*"$nl"} body=${body%"$nl"*}
    case $status in
        2??) ;;
        *) fail "$what got $status, so what comes after it cannot be shown: $body" ;;
    esac
}
""",
    "show": r"""
# Sends the call, and prints the response.
show() {
    printf '\n--- %s\n' "$1"
    shift
    body=$("$@" -i) || printf '(curl ended with %s: no response, or none in whole)\n' "$?"
    printf '%s\n' "$body"
}
""",
    "remember": r"""
# Notes a path for deletion at the end, and whose token is needed.
remember() { made="$1$2 $made"; }
""",
    "release": r"""
# Interruptions wait for the response of a call that creates something: its id is needed for the deletion.
hold() { trap '' HUP INT TERM; }
release() {
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}
""",
    "delete_what_was_made": r"""
made=
delete_what_was_made() {
    trap - EXIT
    trap '' HUP INT TERM
    set -f
    for each in $made; do
        case $each in
            other/*) bearer=${other_token:-} ;;
            *) bearer=${token:-} ;;
        esac
        status=$(send -X DELETE "$EC_BASE_URL${each#other}" -H "Authorization: Bearer $bearer" -o /dev/null \
            -w '%{http_code}')
        case $status in
            2?? | 404) ;;
            *) printf '%s\n' "$0: left behind, for its DELETE got $status: ${each#other}" >&2 ;;
        esac
    done
}
trap delete_what_was_made EXIT
release
""",
}
