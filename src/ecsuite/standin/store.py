"""The state of the stand-in: partners, tokens, things and deliveries, in one SQLite database."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ecsuite.errors import DataFileUnusable
from ecsuite.target import Credentials

# "ecst", so that the file is known for what it is, and the version of the tables below.
APPLICATION_ID: Final = 0x65637374
SCHEMA_VERSION: Final = 1
IN_MEMORY: Final = ":memory:"

_TABLES: Final = """
CREATE TABLE edition (name TEXT NOT NULL);
CREATE TABLE partner (id INTEGER PRIMARY KEY, client_id TEXT NOT NULL UNIQUE, client_secret TEXT NOT NULL);
CREATE TABLE token (digest BLOB PRIMARY KEY, partner INTEGER NOT NULL REFERENCES partner, ends_at REAL NOT NULL);
CREATE TABLE thing (
    seq INTEGER PRIMARY KEY,
    partner INTEGER NOT NULL REFERENCES partner,
    kind TEXT NOT NULL,
    parent TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (partner, kind, parent, id)
);
CREATE INDEX thing_parent ON thing (partner, parent);
CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A call that the stand-in owes to a webhook."""

    seq: int
    url: str
    headers: dict[str, str]
    body: bytes


class Store:
    """One database. Each method is one transaction, done when it returns.

    Args:
        edition: what the data belongs to.
        path: a file, made where there is none; `:memory:` for none.
        now: the clock, in seconds since 1970.

    Raises:
        DataFileUnusable: the file cannot be opened, or holds something else.
    """

    def __init__(self, edition: str, path: Path | str = IN_MEMORY, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._path = path
        self._edition = edition
        try:
            # One connection, used from the event loop's thread alone once the server runs.
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._open()
        except sqlite3.Error as error:
            raise DataFileUnusable(path, str(error)) from None

    def close(self) -> None:
        """Close the database; nothing is pending, for every method commits."""
        self._db.close()

    def credentials(self) -> list[Credentials]:
        """The credentials of the partners, in the order of their numbers."""
        rows = self._db.execute("SELECT client_id, client_secret FROM partner ORDER BY id")
        return [Credentials(client_id, client_secret) for client_id, client_secret in rows]

    def partner_of_client(self, client_id: str, client_secret: str) -> int | None:
        """The number of the partner with these credentials; None where there is none."""
        row = self._db.execute("SELECT id, client_secret FROM partner WHERE client_id = ?", (client_id,)).fetchone()
        expected = row[1] if row else ""
        same = secrets.compare_digest(expected.encode(), client_secret.encode())
        return row[0] if row and same else None

    def new_token(self, partner: int, lifetime: float) -> str:
        """A token of the partner, good for that many seconds; tokens that have ended are forgotten."""
        token = secrets.token_urlsafe(32)
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM token WHERE ends_at < ?", (self.now(),))
            self._db.execute("INSERT INTO token VALUES (?, ?, ?)", (_digest(token), partner, self.now() + lifetime))
        return token

    def partner_of_token(self, token: str) -> int | None:
        """The number of the partner whose token it is; None where it is nobody's, or has ended."""
        row = self._db.execute(
            "SELECT partner FROM token WHERE digest = ? AND ends_at > ?", (_digest(token), self.now())
        ).fetchone()
        return row[0] if row else None

    def put(self, partner: int, kind: str, parent: str, thing_id: str, body: Any) -> bool:
        """Keep a thing under its id, in the place of one that was there; whether it is new."""
        text = json.dumps(body, ensure_ascii=False)
        key = (partner, kind, parent, thing_id)
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            changed = self._db.execute(
                "UPDATE thing SET body = ? WHERE (partner, kind, parent, id) = (?, ?, ?, ?)", (text, *key)
            )
            if changed.rowcount:
                return False
            self._db.execute("INSERT INTO thing (partner, kind, parent, id, body) VALUES (?, ?, ?, ?, ?)", (*key, text))
            return True

    def get(self, partner: int, kind: str, parent: str, thing_id: str) -> Any | None:
        """A thing by its id; None where the partner has none."""
        row = self._db.execute(
            "SELECT body FROM thing WHERE (partner, kind, parent, id) = (?, ?, ?, ?)", (partner, kind, parent, thing_id)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, partner: int, kind: str, parent: str = "") -> list[Any]:
        """The things of a kind, the oldest first."""
        rows = self._db.execute(
            "SELECT body FROM thing WHERE (partner, kind, parent) = (?, ?, ?) ORDER BY seq", (partner, kind, parent)
        )
        return [json.loads(body) for (body,) in rows]

    def delete(self, partner: int, kind: str, parent: str, thing_id: str, *, owns: Sequence[str] = ()) -> bool:
        """Delete a thing, and those of the kinds it owns that have it for a parent; whether there was one."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            deleted = self._db.execute(
                "DELETE FROM thing WHERE (partner, kind, parent, id) = (?, ?, ?, ?)", (partner, kind, parent, thing_id)
            )
            if not deleted.rowcount:
                return False
            for owned in owns:
                key = (partner, owned, thing_id)
                self._db.execute("DELETE FROM thing WHERE (partner, kind, parent) = (?, ?, ?)", key)
            return True

    def owe(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Note a delivery; it is owed until it was tried."""
        with self._db:
            self._db.execute(
                "INSERT INTO delivery (url, headers, body) VALUES (?, ?, ?)", (url, json.dumps(headers), body)
            )

    def owed(self, after: int = 0) -> list[Delivery]:
        """The deliveries that are owed, with a number above `after`, the oldest first."""
        rows = self._db.execute("SELECT seq, url, headers, body FROM delivery WHERE seq > ? ORDER BY seq", (after,))
        return [Delivery(seq, url, json.loads(headers), body) for seq, url, headers, body in rows]

    def done(self, delivery: Delivery) -> None:
        """Forget a delivery that was tried."""
        with self._db:
            self._db.execute("DELETE FROM delivery WHERE seq = ?", (delivery.seq,))

    def _open(self) -> None:
        (application_id,) = self._db.execute("PRAGMA application_id").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application_id == 0 and tables == 0:
            self._create()
        elif application_id != APPLICATION_ID:
            raise DataFileUnusable(self._path, "it is a database of something else")
        self._refuse_other_edition()
        # With a write-ahead log a commit survives the process; a busy file is waited for.
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;")

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
            # It holds the partners' secrets, as a server's database does.
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
