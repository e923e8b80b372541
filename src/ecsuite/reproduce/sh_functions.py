"""Functions for POSIX shell scripts."""

from __future__ import annotations

from typing import Final

# The order matters: a function may use those before it.
FUNCTIONS: Final = {
    "fail": r"""
fail() { printf '%s\n' "$0: $*" >&2; exit 1; }
""",
    "first": r"""
# The first so many characters of a text.
first() {
    rest=$2 left=$1
    while [ "$left" -gt 0 ] && [ -n "$rest" ]; do rest=${rest#?} left=$((left - 1)); done
    printf '%s' "${2%"$rest"}"
}
""",
    "behind": r"""
# A text without its first so many characters.
behind() {
    rest=$2 left=$1
    while [ "$left" -gt 0 ] && [ -n "$rest" ]; do rest=${rest#?} left=$((left - 1)); done
    printf '%s' "$rest"
}
""",
    "unlike": r"""
# Another character than the one that stands behind the first so many.
unlike() { case $(behind "$1" "$2") in A*) printf B ;; *) printf A ;; esac; }
""",
    "swapped": r"""
# Capitals as small letters, and small letters as capitals.
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
# A text as a path has it.
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
# A text as a form has it.
form_encoded() { encoded "$1" | sed 's/%20/+/g'; }
""",
    "escaped": r"""
# A text as JSON has it.
escaped() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }
""",
    "random": r"""
# So many characters that nobody knows.
random() { first "$1" "$(od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n')"; }
""",
    "member": r"""
# The text of a member in the JSON of the latest response, where it stands there for the so-manyth time.
member() {
    printf '%s\n' "$body" | sed 's/[][{},]/\
/g' | sed -n "s/^[[:space:]]*\"$1\"[[:space:]]*:[[:space:]]*\"\(.*\)\"[[:space:]]*\$/\1/p" | sed -n "$2p"
}
""",
    "get_token": r"""
# The access token of a partner.
get_token() {
    body=$(printf 'grant_type=client_credentials&client_id=%s&client_secret=%s' "$(form_encoded "$1")" \
        "$(form_encoded "$2")" | send "$EC_TOKEN_URL" --data-binary @-) || fail 'the token endpoint did not answer'
    member access_token 1
}
""",
    "prepare": r"""
# Makes what the call needs, and keeps the response.
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
# Notes what is to be deleted at the end: whose token, and the path.
remember() { made="$1$2 $made"; }
""",
    "release": r"""
# A call whose response alone says what it made is not cut short, for then that could not be deleted.
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
