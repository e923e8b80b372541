"""The state of the stand-in in one SQLite database: partners, tokens, entities and deliveries."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ecsuite.errors import DataFileUnusable
from ecsuite.target import Credentials

# "ecst" identifies the file; the version is that of the tables below.
APPLICATION_ID: Final = 0x65637374
SCHEMA_VERSION: Final = 2
IN_MEMORY: Final = ":memory:"
# Seconds to wait for a file that another process has locked.
BUSY: Final = 1.0

_TABLES: Final = """
CREATE TABLE edition (name TEXT NOT NULL);
CREATE TABLE partner (id INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, client_secret TEXT NOT NULL);
CREATE TABLE token (digest BLOB PRIMARY KEY, partner INTEGER NOT NULL REFERENCES partner, ends_at REAL NOT NULL);
CREATE TABLE entity (
    seq INTEGER PRIMARY KEY,
    partner INTEGER NOT NULL REFERENCES partner,
    kind TEXT NOT NULL,
    parent TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (partner, kind, parent, id)
);
CREATE INDEX entity_parent ON entity (partner, parent);
CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    hook TEXT NOT NULL,
    notification TEXT NOT NULL,
    url TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    tries INTEGER NOT NULL,
    tried INTEGER NOT NULL,
    due_at REAL NOT NULL
);
CREATE TABLE attempt (
    seq INTEGER PRIMARY KEY,
    hook TEXT NOT NULL,
    notification TEXT NOT NULL,
    status INTEGER,
    timed_out INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL
);
CREATE INDEX attempt_notification ON attempt (notification);
CREATE INDEX attempt_hook ON attempt (hook);
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A pending delivery.

    Attributes:
        hook: the id of the webhook.
        notification: the id of the notification; both ids are empty for a delivery whose attempts are not recorded.
        tries: the maximum number of attempts.
        tried: how many attempts were made.
        due_at: when the next attempt is due, in seconds since 1970.
    """

    seq: int
    hook: str
    notification: str
    url: str
    headers: dict[str, str]
    body: bytes
    tries: int
    tried: int
    due_at: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of an attempt; `status` is None if no response came."""

    status: int | None
    timed_out: bool
    milliseconds: int

    @property
    def taken(self) -> bool:
        """Whether the receiver accepted the delivery, with any 2xx."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


class Store:
    """A database. Each method is one transaction, which is complete when the method returns.

    Args:
        edition: the edition of the data.
        path: a file, created if it does not exist; `:memory:` for none.
        now: the clock, in seconds since 1970.

    Raises:
        DataFileUnusable: the file cannot be opened, or has other contents.
    """

    def __init__(self, edition: str, path: Path | str = IN_MEMORY, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._path = path
        self._edition = edition
        try:
            # The connection is only used from the event loop's thread once the server runs.
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY)
            _take(self._db)
            self._open()
        except sqlite3.Error as error:
            is_busy = error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
            raise DataFileUnusable(path, "another process has it open" if is_busy else str(error)) from None

    def close(self) -> None:
        """Close the database; nothing is pending, because every method commits."""
        self._db.close()

    def credentials(self) -> list[Credentials]:
        """The credentials of the partners, in the order of their numbers."""
        rows = self._db.execute("SELECT client_id, client_secret FROM partner ORDER BY id")
        return [Credentials(client_id, client_secret) for client_id, client_secret in rows]

    def partner_of_client(self, client_id: str, client_secret: str) -> int | None:
        """The number of the partner with these credentials; None if there is none."""
        row = self._db.execute("SELECT id, client_secret FROM partner WHERE client_id = ?", (client_id,)).fetchone()
        expected = row[1] if row else ""
        same = secrets.compare_digest(expected.encode(), client_secret.encode())
        return row[0] if row and same else None

    def new_token(self, partner: int, lifetime: float) -> str:
        """Issue a token of the partner, valid for `lifetime` seconds; expired tokens are deleted."""
        token = secrets.token_urlsafe(32)
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM token WHERE ends_at < ?", (self.now(),))
            self._db.execute("INSERT INTO token VALUES (?, ?, ?)", (_digest(token), partner, self.now() + lifetime))
        return token

    def partner_of_token(self, token: str) -> int | None:
        """The number of the partner who owns a token; None if nobody does, or if it has expired."""
        row = self._db.execute(
            "SELECT partner FROM token WHERE digest = ? AND ends_at > ?", (_digest(token), self.now())
        ).fetchone()
        return row[0] if row else None

    def put(self, partner: int, kind: str, parent: str, entity_id: str, body: Any) -> bool:
        """Store an entity and replace any with the same id; return whether it is new."""
        text = json.dumps(body, ensure_ascii=False)
        key = (partner, kind, parent, entity_id)
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            changed = self._db.execute(
                "UPDATE entity SET body = ? WHERE (partner, kind, parent, id) = (?, ?, ?, ?)", (text, *key)
            )
            if changed.rowcount:
                return False
            self._db.execute(
                "INSERT INTO entity (partner, kind, parent, id, body) VALUES (?, ?, ?, ?, ?)", (*key, text)
            )
            return True

    def get(self, partner: int, kind: str, parent: str, entity_id: str) -> Any | None:
        """An entity by its id; None if the partner has none."""
        row = self._db.execute(
            "SELECT body FROM entity WHERE (partner, kind, parent, id) = (?, ?, ?, ?)",
            (partner, kind, parent, entity_id),
        ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, partner: int, kind: str, parent: str = "") -> list[Any]:
        """All entities of a kind, oldest first."""
        rows = self._db.execute(
            "SELECT body FROM entity WHERE (partner, kind, parent) = (?, ?, ?) ORDER BY seq", (partner, kind, parent)
        )
        return [json.loads(body) for (body,) in rows]

    def delete(self, partner: int, kind: str, parent: str, entity_id: str, *, owns: Sequence[str] = ()) -> bool:
        """Delete an entity and its children of the kinds in `owns`; return whether the entity existed."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            deleted = self._db.execute(
                "DELETE FROM entity WHERE (partner, kind, parent, id) = (?, ?, ?, ?)",
                (partner, kind, parent, entity_id),
            )
            if not deleted.rowcount:
                return False
            for owned in owns:
                key = (partner, owned, entity_id)
                self._db.execute("DELETE FROM entity WHERE (partner, kind, parent) = (?, ?, ?)", key)
            return True

    def owe(
        self, url: str, headers: dict[str, str], body: bytes, *, hook: str = "", notification: str = "", tries: int = 1
    ) -> None:
        """Queue a delivery; it stays pending until it is accepted, or until `tries` attempts were made."""
        columns = "hook, notification, url, headers, body, tries, tried, due_at"
        values = (hook, notification, url, json.dumps(headers), body, tries, self.now())
        with self._db:
            self._db.execute(f"INSERT INTO delivery ({columns}) VALUES (?, ?, ?, ?, ?, ?, 0, ?)", values)  # noqa: S608

    def owed(self, after: int = 0) -> list[Delivery]:
        """The pending deliveries with a sequence number above `after`, oldest first."""
        rows = self._db.execute(
            "SELECT seq, hook, notification, url, headers, body, tries, tried, due_at"
            " FROM delivery WHERE seq > ? ORDER BY seq",
            (after,),
        )
        return [
            Delivery(seq, hook, notification, url, json.loads(headers), body, *numbers)
            for seq, hook, notification, url, headers, body, *numbers in rows
        ]

    def is_owed(self, delivery: Delivery) -> bool:
        """Whether a delivery is still pending."""
        return self._db.execute("SELECT 1 FROM delivery WHERE seq = ?", (delivery.seq,)).fetchone() is not None

    def done(self, delivery: Delivery) -> None:
        """Remove a delivery that is no longer pending."""
        with self._db:
            self._db.execute("DELETE FROM delivery WHERE seq = ?", (delivery.seq,))

    def put_off(self, delivery: Delivery, pause: float) -> Delivery:
        """Record an unsuccessful attempt; the next one is due after `pause` seconds."""
        later = replace(delivery, tried=delivery.tried + 1, due_at=self.now() + pause)
        with self._db:
            self._db.execute(
                "UPDATE delivery SET tried = ?, due_at = ? WHERE seq = ?", (later.tried, later.due_at, later.seq)
            )
        return later

    def cancel(self, hook: str) -> None:
        """Remove all pending deliveries to a webhook."""
        with self._db:
            self._db.execute("DELETE FROM delivery WHERE hook = ?", (hook,))

    def note_attempt(self, delivery: Delivery, attempt: Attempt) -> None:
        """Record the outcome of an attempt."""
        values = (delivery.hook, delivery.notification, attempt.status, attempt.timed_out, attempt.milliseconds)
        with self._db:
            self._db.execute(
                "INSERT INTO attempt (hook, notification, status, timed_out, milliseconds) VALUES (?, ?, ?, ?, ?)",
                values,
            )

    def last_attempt(self, *, hook: str = "", notification: str = "") -> Attempt | None:
        """The outcome of the latest attempt at a delivery to a webhook, or of a notification."""
        column, value = ("hook", hook) if hook else ("notification", notification)
        row = self._db.execute(
            f"SELECT status, timed_out, milliseconds FROM attempt WHERE {column} = ? ORDER BY seq DESC",  # noqa: S608
            (value,),
        ).fetchone()
        return Attempt(row[0], bool(row[1]), row[2]) if row else None

    def _open(self) -> None:
        (application_id,) = self._db.execute("PRAGMA application_id").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application_id == 0 and tables == 0:
            self._create()
        elif application_id != APPLICATION_ID:
            raise DataFileUnusable(self._path, "it is a database of something else")
        self._refuse_other_edition()
        # With a write-ahead log, committed data survive a crash of the process.
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")

    def _create(self) -> None:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for statement in _TABLES.split(";"):
                self._db.execute(statement)
            self._db.execute("INSERT INTO edition VALUES (?)", (self._edition,))
            for number in (1, 2):
                client = (number, f"partner-{number}-{secrets.token_hex(3)}", secrets.token_urlsafe(24))
                self._db.execute("INSERT INTO partner VALUES (?, ?, ?)", client)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        if self._path != IN_MEMORY:
            # The file contains the partners' secrets.
            Path(self._path).chmod(0o600)

    def _refuse_other_edition(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version != SCHEMA_VERSION:
            raise DataFileUnusable(self._path, f"its tables are of version {version}, not {SCHEMA_VERSION}")
        with closing(self._db.execute("SELECT name FROM edition")) as names:
            (name,) = names.fetchone()
        if name != self._edition:
            raise DataFileUnusable(self._path, f"it belongs to edition {name}")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _take(db: sqlite3.Connection) -> None:
    """Lock the file while the process runs: two servers would each send the pending deliveries."""
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    with db:
        db.execute("BEGIN EXCLUSIVE")
