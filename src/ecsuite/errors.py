"""Every error that ecsuite raises deliberately, with a class for each message.

    EcsuiteError                     base class; `exit_code` is the exit code of a command
    ├── UsageError                   the input cannot be used (4)
    │   ├── UnknownEdition
    │   ├── VariablesMissing
    │   ├── BadValue
    │   │   ├── BadUrl
    │   │   ├── BadPort
    │   │   ├── BadSetting
    │   │   └── UnknownReport
    │   ├── BadLimit
    │   ├── CertificatesUnusable
    │   ├── SocksMissing
    │   ├── BadToken
    │   ├── BadCredential
    │   ├── CredentialsRefused
    │   ├── AccessTokenRefused
    │   ├── TokenNotTaken
    │   ├── SamePartner
    │   ├── ServerUnreachable
    │   ├── NoSuchApi
    │   ├── WrongEdition
    │   ├── ProductionRefused
    │   ├── RecordingNeedsServer
    │   ├── PortTaken
    │   ├── WebhookPortTaken
    │   ├── OutputUnwritable
    │   ├── BadNumber
    │   ├── DataFileUnusable
    │   ├── LedgerUnwritable
    │   ├── ReportUnwritable
    │   ├── ReportUnusable
    │   ├── UnknownScenario
    │   ├── CollectionUnreadable
    │   ├── ArchiveUnreadable
    │   ├── EnvironmentFileUnreadable
    │   ├── EnvironmentOfArchive
    │   ├── NoRequestOfApi           nothing was selected (5)
    │   ├── ReceiverUnreachable
    │   ├── NoSuchDelivery
    │   ├── NoWebhookSecret
    │   ├── DeliveryNotSigned
    │   ├── NoSuchCause
    │   ├── UnknownProfile
    │   ├── UnknownChoice
    │   ├── ConfigInvalid
    │   ├── RowUnusable
    │   ├── DataNotReplayed
    │   ├── SecretInConfig
    │   ├── UnknownTarget
    │   ├── TargetNotNamed
    │   ├── ConfigExists
    │   ├── EnvFileUnusable
    │   ├── BadDate
    │   ├── UnknownFault
    │   ├── UnknownVariant
    │   └── StandInDidNotStart
    ├── ContractError                a contract document cannot be used (4)
    │   ├── ContractMissing
    │   ├── ContractUnreadable
    │   ├── ContractKeywordUnknown
    │   └── ContractInvalid
    ├── CassetteError                a recording cannot be replayed (4)
    │   ├── CassetteMissing
    │   ├── CassetteUnreadable
    │   └── CassetteStale
    ├── findings.broken.PromiseBroken   the API broke a promise, and the caller cannot continue (1)
    │   └── AllBroken
    ├── NothingThere                 there is nothing to test, so a promise is not checked (6)
    │   ├── NotPassedOn
    │   │   ├── BehindFirewall
    │   │   └── TooLarge
    │   ├── Undeletable
    │   ├── OthersAtStake
    │   └── OthersOwn
    └── CouldNotTell                 the API did not respond, so nothing is known of a promise (6)
        └── RunEnded
            ├── TokenEnded
            ├── ServiceGone
            └── LimitReached

Each message is one line that says what is wrong, what was expected and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Final

# At most so many characters of an invalid value are shown.
_SHOWN: Final = 60
RECORD_COMMAND = "python3 -m tox run -e record"


class EcsuiteError(Exception):
    """Base class of errors that users may see: the text is one line, ready to print."""

    exit_code: ClassVar[int] = 4


class UsageError(EcsuiteError):
    """The input (option, environment, URL) cannot be used."""


class UnknownEdition(UsageError):
    def __init__(self, edition: str, known: Iterable[str]) -> None:
        names = ", ".join(known)
        super().__init__(
            f"there is no edition {edition!r} here: expected one of {names} (--edition; for pytest --ec-edition)"
        )


class VariablesMissing(UsageError):
    def __init__(self, names: Sequence[str], what: str = "a live run") -> None:
        *others, last = names
        which = f"{', '.join(others)} and {last}" if others else last
        super().__init__(
            f"{what} needs {which}: set {'them' if others else 'it'} in the environment (addresses may be in "
            "ecsuite.toml, secrets in a file for --env-file); `ecsuite serve` prints a set for the local stand-in"
        )


class BadValue(UsageError):
    """A given value cannot be used; `said` is the message without the name of the variable or key."""

    def __init__(self, name: str, said: str) -> None:
        self.said = said
        super().__init__(f"{name} {said}")


class BadUrl(BadValue):
    def __init__(self, variable: str, value: str, *, may_have_query: bool = False) -> None:
        query = "" if may_have_query else ", without query"
        super().__init__(variable, f"is {value!r}: expected an address such as https://host/path{query}")


class BadPort(BadValue):
    def __init__(self, variable: str, value: str) -> None:
        super().__init__(variable, f"is {value!r}: expected a port number from 0 to 65535")


class BadSetting(BadValue):
    def __init__(self, variable: str, value: str, expected: str) -> None:
        super().__init__(variable, f"is {value!r}: expected {expected}")


class BadLimit(UsageError):
    def __init__(self, origin: str, text: str, wanted: str) -> None:
        super().__init__(f"{origin} {text[:_SHOWN]!r}: give {wanted}")


class UnknownReport(BadValue):
    def __init__(self, variable: str, name: str, known: Sequence[str], near: str | None) -> None:
        hint = f"did you mean {near!r}? " if near else ""
        super().__init__(
            variable, f"has {name!r}: {hint}expected 'all', or reports by invitation out of {', '.join(known)}"
        )


class CertificatesUnusable(UsageError):
    def __init__(self, variable: str, path: str, reason: str) -> None:
        super().__init__(
            f"cannot read certificates from {path}, which {variable} names ({reason}): expected PEM; unset it to "
            "use the system's own"
        )


class SocksMissing(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "the environment names a SOCKS proxy, and the package for it is missing: python3 -m pip install socksio, "
            "or name the host of the API in NO_PROXY"
        )


class BadToken(UsageError):
    def __init__(self, variable: str) -> None:
        super().__init__(
            f"{variable} contains characters that a header cannot carry: expected the token as it was issued"
        )


class BadCredential(UsageError):
    def __init__(self, variable: str) -> None:
        super().__init__(f"{variable} contains bytes that are no UTF-8: expected it as it was issued, in UTF-8")


class CredentialsRefused(UsageError):
    def __init__(
        self, url: str, status: int, error: str, names: Sequence[str] = ("EC_CLIENT_ID", "EC_CLIENT_SECRET")
    ) -> None:
        super().__init__(
            f"{url} refused the credentials ({f'{status} {error}'.strip()}): check {' and '.join(names)}; "
            "nothing else was tried"
        )


class AccessTokenRefused(UsageError):
    def __init__(self, url: str) -> None:
        super().__init__(f"{url} refused EC_ACCESS_TOKEN (401): get a new token; nothing else was tried")


class TokenNotTaken(UsageError):
    def __init__(self, base_url: str, token_url: str, status: int) -> None:
        super().__init__(
            f"{base_url} refuses the token that {token_url} gave ({status}): do EC_BASE_URL and EC_TOKEN_URL belong "
            "together, and may these credentials use the API?"
        )


class SamePartner(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "EC_OTHER_CLIENT_ID is the first partner's, but tests across partners need two: "
            "give the second one's, or none"
        )


# How a reason begins that says what is wrong with a certificate.
_OF_CERTIFICATE: Final = "the certificate of "


class ServerUnreachable(UsageError):
    def __init__(self, url: str, reason: str, though: str = "") -> None:
        answers = f", though {though} answers" if though else ""
        if reason.startswith(_OF_CERTIFICATE):
            # It says itself what to do, and a server is there.
            super().__init__(f"cannot reach {url}{answers}: {reason}")
            return
        super().__init__(
            f"cannot reach {url} ({reason}){answers}: expected a running server; check the address, the network "
            "and the VPN"
        )


class NoSuchApi(UsageError):
    def __init__(self, url: str, seen: str, hint: str) -> None:
        super().__init__(f"no such API answers at {url} ({seen}): {hint}")


class WrongEdition(UsageError):
    def __init__(self, url: str, edition: str, better: str) -> None:
        super().__init__(
            f"what answers at {url} is edition {better}, not {edition}: give --edition {better} "
            f"(for pytest --ec-edition {better})"
        )


class ProductionRefused(UsageError):
    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} is production, and this run would write there: use the sandbox, "
            "or give --ec-allow-production if you mean it"
        )


class RecordingNeedsServer(UsageError):
    def __init__(self) -> None:
        super().__init__(
            f"a replay cannot be recorded: give --ec-target local or live with --record-mode, or run {RECORD_COMMAND}"
        )


class PortTaken(UsageError):
    def __init__(self, host: str, port: int, reason: str) -> None:
        self.port, self.reason = port, reason
        super().__init__(f"cannot listen on {host}:{port} ({reason}): give another --port; 0 takes any free one")


class WebhookPortTaken(UsageError):
    def __init__(self, port: int, reason: str) -> None:
        super().__init__(
            f"cannot listen on port {port} for webhooks ({reason}): "
            "set another EC_WEBHOOK_PORT, or stop the process that uses it"
        )


class OutputUnwritable(UsageError):
    def __init__(self, option: str, path: Path | str, reason: str) -> None:
        super().__init__(f"cannot write {path} ({reason}): give another {option}")


class BadNumber(UsageError):
    def __init__(self, variable: str, value: str) -> None:
        super().__init__(f"{variable} is {value!r}: expected a whole number from 1")


class DataFileUnusable(UsageError):
    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(
            f"cannot keep the stand-in's data in {path} ({reason}): give --data a file that does not exist yet, "
            "or one that the stand-in made for this edition"
        )


class LedgerUnwritable(UsageError):
    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"cannot record in {folder} what the run creates ({reason}): make it writable, or set XDG_STATE_HOME"
        )


class ReportUnwritable(UsageError):
    def __init__(self, folder: Path, reason: str, option: str = "--ec-report") -> None:
        super().__init__(f"cannot write the result of the run to {folder} ({reason}): give another {option}")


class ReportUnusable(UsageError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot read the result of a run from {path}: {reason}")


class UnknownScenario(UsageError):
    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no recorded scenario {name!r}: expected one of {', '.join(known)}")


class CollectionUnreadable(UsageError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot read the collection {path}: {reason}; expected a Postman collection, exported as version 2.1, "
            "or an HTTP archive (.har)"
        )


class ArchiveUnreadable(UsageError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot read the archive {path}: {reason}; expected an HTTP archive (HAR 1.1 or 1.2)")


class EnvironmentFileUnreadable(UsageError):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot read the environment {path}: {reason}; expected one that Postman exported")


class EnvironmentOfArchive(UsageError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is an HTTP archive, which has no variables: --environment is for Postman collections")


class NoRequestOfApi(UsageError):
    exit_code: ClassVar[int] = 5

    def __init__(self, path: Path, hosts: Iterable[str]) -> None:
        super().__init__(
            f"nothing in {path} calls the API ({', '.join(hosts)}): expected its address, or a variable in its place"
        )


class ReceiverUnreachable(UsageError):
    def __init__(self, url: str, reason: str) -> None:
        is_untrusted = reason.startswith(_OF_CERTIFICATE)
        hint = "--insecure delivers nevertheless" if is_untrusted else "expected the address of one that is running"
        super().__init__(f"cannot reach the receiver {url}: {reason}; {hint}")


class NoSuchDelivery(UsageError):
    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no delivery is called {name!r}: expected one of {', '.join(known)} (--only)")


class NoWebhookSecret(UsageError):
    def __init__(self) -> None:
        super().__init__("EC_WEBHOOK_SECRET is not set: expected the secret of the receiver's webhook")


class DeliveryNotSigned(UsageError):
    def __init__(self, edition: str, signed: Iterable[str]) -> None:
        super().__init__(
            f"nothing published says how deliveries of {edition} are signed: expected {' or '.join(signed)} (--edition)"
        )


class NoSuchCause(UsageError):
    def __init__(self, number: int, count: int) -> None:
        there = f"expected 1 to {count}" if count else "the run found nothing"
        super().__init__(f"there is no cause {number}: {there}")


class UnknownProfile(UsageError):
    def __init__(self, name: str, known: Sequence[str], said: str) -> None:
        super().__init__(f"there is no profile {name!r}: expected one of {', '.join(known)} ({said})")


class UnknownChoice(UsageError):
    def __init__(self, what: str, name: str, editions: Sequence[str], near: str | None, known: Sequence[str]) -> None:
        where = f" in {' or '.join(editions)}" if editions else ""
        expected = f"did you mean {near!r}?" if near else f"expected one of {', '.join(known)}"
        super().__init__(f"there is no {what} {name!r}{where}: {expected} (--ec-{what})")


class ConfigInvalid(UsageError):
    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


class RowUnusable(UsageError):
    def __init__(self, where: str, what: str, more: int = 0) -> None:
        rest = f" (and {more} more like that)" if more else ""
        super().__init__(f"{where}: {what}{rest}; nothing was sent")


class DataNotReplayed(UsageError):
    def __init__(self) -> None:
        super().__init__("--data cannot be used with a recording: give --target local or live")


class SecretInConfig(UsageError):
    def __init__(self, where: str, key: str) -> None:
        super().__init__(
            f"{where}: {key} is a secret, or looks like one, and must not be in this file: move it to the "
            "environment, or to a file for --env-file"
        )


class UnknownTarget(UsageError):
    def __init__(self, name: str, known: Iterable[str], near: str | None, *, has_file: bool = True) -> None:
        hint = f"did you mean {near!r}? " if near else ""
        others = "" if has_file else ", or a target of ecsuite.toml, which is neither in this folder nor above it"
        super().__init__(
            f"there is no target {name!r}: {hint}expected one of {', '.join(known)}{others} "
            "(--target; for pytest --ec-target)"
        )


class TargetNotNamed(UsageError):
    def __init__(self, where: str, names: Iterable[str]) -> None:
        super().__init__(
            f"{where} has several targets ({', '.join(names)}), so `live` is ambiguous: name one of them instead, or "
            "set `target` there"
        )


class ConfigExists(UsageError):
    def __init__(self, where: str) -> None:
        super().__init__(f"{where} already exists, and was not changed: edit it, or move it away")


class EnvFileUnusable(UsageError):
    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"cannot use {where}: {reason} (--env-file wants lines such as EC_CLIENT_ID=...)")


class BadDate(UsageError):
    def __init__(self, option: str, value: str, what: str) -> None:
        super().__init__(f"{option} is {value!r}: {what}")


class UnknownFault(UsageError):
    def __init__(self, name: str, near: str | None) -> None:
        super().__init__(f"there is no fault {name!r}: {_hint(near)} `ecsuite faults` lists them")


class UnknownVariant(UsageError):
    def __init__(self, name: str, near: str | None) -> None:
        super().__init__(f"there is no variant {name!r}: {_hint(near)} `ecsuite variants` lists them")


def _hint(near: str | None) -> str:
    return f"did you mean {near!r}?" if near else "no name is similar;"


class StandInDidNotStart(UsageError):
    def __init__(self, said: str) -> None:
        super().__init__(f"the local stand-in did not start: {said or 'it printed nothing'}")


# At most so many characters of an error in a file are shown. The text contains no secrets, so cutting it is safe.
_LONGEST: Final = 400


# The longest line of an error; of a longer one, the beginning and the end are shown, since the end says what to do.
_LONGEST_LINE: Final = 2000
_LAST: Final = 400


def abridged(text: str) -> str:
    """A text with overlong lines shortened; call it only after secrets have been masked."""
    return "\n".join(
        line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - _LAST]} [...] {line[-_LAST:]}"
        for line in text.split("\n")
    )


def _cut(what: str) -> str:
    return what if len(what) <= _LONGEST else f"{what[:_LONGEST]}..."


class ContractError(EcsuiteError):
    """A contract document cannot be used."""


class ContractMissing(ContractError):
    def __init__(self, label: str) -> None:
        super().__init__(f"the contract {label} is missing: restore the file, or install ecsuite again")


class ContractUnreadable(ContractError):
    def __init__(self, label: str, reason: str) -> None:
        super().__init__(f"cannot read the contract {label}: {_cut(reason)}; expected an OpenAPI 3.1 document in YAML")


class ContractKeywordUnknown(ContractError):
    def __init__(self, where: str, keyword: str, kind: str, near: str | None) -> None:
        hint = f"did you mean {near!r}" if near else "remove it, or add its meaning to src/ecsuite/contract/keywords.py"
        super().__init__(f"{where}: the {kind} keyword {_cut(keyword)!r} is not supported by the checks: {hint}")


class ContractInvalid(ContractError):
    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {_cut(what)}")


class CassetteError(EcsuiteError):
    """A recording cannot be replayed."""

    def __init__(self, path: Path | str, what: str) -> None:
        self.path = str(path)
        super().__init__(f"cassette {path} {_cut(what)}; record it again with: {RECORD_COMMAND}")


class CassetteMissing(CassetteError):
    def __init__(self, path: Path | str) -> None:
        super().__init__(path, "does not exist")


class CassetteUnreadable(CassetteError):
    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(path, f"cannot be read ({reason})")


class CassetteStale(CassetteError):
    def __init__(self, path: Path | str, difference: str) -> None:
        super().__init__(path, f"is out of date ({difference})")


class NothingThere(EcsuiteError):
    """There is nothing to test: the promise is not checked, with this reason, and nothing has failed."""

    exit_code: ClassVar[int] = 6


class NotPassedOn(NothingThere):
    """A firewall or gateway rejected a call, so the API has not seen it."""


class BehindFirewall(NotPassedOn):
    def __init__(self, line: str, status: int = 403) -> None:
        super().__init__(f"{line}: a firewall refuses it with an answer of its own ({status})")


class TooLarge(NotPassedOn):
    def __init__(self, line: str, status: int) -> None:
        super().__init__(f"{line}: the service accepts no request of this size ({status})")


_NOT_EVERYWHERE = "not every server finds such an id in a path"


class Undeletable(NothingThere):
    def __init__(self, line: str, refused: str = "") -> None:
        why = f"a gateway refuses such an id in a path ({refused})" if refused else _NOT_EVERYWHERE
        super().__init__(f"{line}: {why}, so it could not be deleted (--ec-unusual-ids sends it)")


class OthersAtStake(NothingThere):
    def __init__(self, line: str, count: int | None) -> None:
        self.others = "what is there cannot be listed" if count is None else f"{count} there are not this run's"
        super().__init__(f"{line}: what it makes is deleted with all of its kind, and {self.others}")


class OthersOwn(NothingThere):
    def __init__(self, line: str) -> None:
        super().__init__(f"{line}: what it is about is there, and this run has not made it")


class CouldNotTell(EcsuiteError):
    """The API did not respond, so it is unknown whether a promise is kept."""

    exit_code: ClassVar[int] = 6

    def __init__(self, line: str, reason: str, text: str = "") -> None:
        self.line = line
        self.reason = reason
        self.status = int(reason) if reason.isdecimal() else 0
        super().__init__(text or f"could not tell: {line} had no answer of the API's ({reason})")


class RunEnded(CouldNotTell):
    """The rest of the run would be inconclusive, so it need not be tried."""


class TokenEnded(RunEnded):
    def __init__(self) -> None:
        text = (
            "EC_ACCESS_TOKEN expired during the run, so the rest could not be told: get a new one "
            "(export EC_ACCESS_TOKEN=$(ecsuite token), with client credentials) and run again"
        )
        super().__init__("EC_ACCESS_TOKEN", "ended", text)


# Why a run ends after no call has had a response for some time.
GONE: Final = "the service does not answer any more"


class ServiceGone(RunEnded):
    def __init__(self, line: str, reason: str) -> None:
        super().__init__(line, reason, f"{GONE} ({line}: {reason})")


class LimitReached(RunEnded):
    def __init__(self, limit: str) -> None:
        super().__init__(limit, "limit", f"{limit}, so the rest could not be told")
