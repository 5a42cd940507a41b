"""The tables of an event log in Postgres, in a schema of their own."""

from __future__ import annotations

import secrets
from typing import Final

from ml.errors import LogError
from ml.event_log.postgres_session import Connection
from ml.event_log.stored_row import NO_IDS

VERSION: Final = 1
CREATING: Final = 0x464F5259  # of the advisory lock: "FORY"

# Text is stored as bytes, for ids may hold what text in Postgres may not (a NUL).
TABLES: Final = """
    CREATE SCHEMA foryou;
    CREATE TABLE entries (
        position bigint PRIMARY KEY,
        event_id bytea NOT NULL,
        kind text NOT NULL,
        at bigint NOT NULL,
        user_id bytea,
        body bytea NOT NULL,
        checksum bytea NOT NULL,
        details bytea,
        of_details bytea
    );
    -- Bodies are deflated where that is worth its time.
    ALTER TABLE entries ALTER body SET STORAGE EXTERNAL, ALTER details SET STORAGE EXTERNAL;
    CREATE INDEX erasures ON entries (user_id, position) WHERE kind = 'delete_user';
    CREATE INDEX unexpired ON entries (at) WHERE kind = 'served';
    CREATE INDEX newest ON entries (user_id, at) WHERE kind NOT IN ('served', 'shown');
    -- Keyed digests: an id stays taken when its entry is gone.
    CREATE TABLE ids (digest bytea PRIMARY KEY, position bigint NOT NULL);
    CREATE TABLE chain (position bigint PRIMARY KEY, value bytea NOT NULL, ids bytea NOT NULL);
    -- The positions of erased entries: any other position without an entry is a loss.
    CREATE TABLE gone (position bigint PRIMARY KEY);
    CREATE TABLE meta (name text PRIMARY KEY, value bytea NOT NULL);
    -- Its one row is locked by each batch until it is committed, so positions become visible in
    -- their order; a sequence would hand out 2 before 1 is there.
    CREATE TABLE head (
        only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
        position bigint NOT NULL,
        chain bytea NOT NULL,
        ids bytea NOT NULL
    ) WITH (fillfactor = 10);
"""


def adopt(connection: Connection, name: str) -> bytes:
    """Create the tables where there are none yet; the secret of the log.

    Raises:
        LogError: they are of another version.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [CREATING])
        found = connection.execute("SELECT to_regclass('foryou.meta')").fetchone()
        if found == (None,):
            connection.execute(TABLES)
            connection.execute("INSERT INTO head VALUES (true, 0, '', %s)", [NO_IDS])
            rows = [("secret", secrets.token_bytes(32)), ("version", b"%d" % VERSION)]
            connection.cursor().executemany("INSERT INTO meta VALUES (%s, %s)", rows)
        meta: dict[str, bytes] = dict(
            connection.cursor(binary=True).execute("SELECT name, value FROM meta").fetchall()
        )
    if (version := meta.get("version", b"none").decode()) != str(VERSION):
        raise LogError(
            f"the event log {name} has schema {version}, this code knows {VERSION}; run the code "
            f"that wrote it"
        )
    return meta["secret"]
