"""The event log in Postgres, which the processes of any number of machines share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from ml.event_log import postgres_reads as reads
from ml.event_log.acceptance import accept
from ml.event_log.assigned_times import AssignedTimes, users_of
from ml.event_log.port import Appended
from ml.event_log.postgres_lease import PostgresLease
from ml.event_log.postgres_reads import as_bytes, as_text
from ml.event_log.postgres_schema import adopt
from ml.event_log.postgres_session import Connection, PostgresSession
from ml.event_log.record import Entry, Kind, Record
from ml.event_log.stored_row import Checksums, Encoded, encode, with_ids

LOCK: Final = "SELECT position, chain, ids FROM head FOR UPDATE"
TAKEN: Final = "SELECT digest FROM ids WHERE digest = ANY(%b)"
NEWEST: Final = """SELECT given, (SELECT max(at) FROM entries
    WHERE user_id = given AND kind NOT IN ('served', 'shown')) FROM unnest(%b::bytea[]) AS given"""
INSERT: Final = """INSERT INTO entries SELECT * FROM unnest(%b::bigint[], %b::bytea[], %b::text[],
    %b::bigint[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[])"""
TAKE: Final = "INSERT INTO ids SELECT * FROM unnest(%b::bytea[], %b::bigint[])"
CHAIN: Final = "INSERT INTO chain VALUES (%b, %b, %b)"
ADVANCE: Final = "UPDATE head SET position = %b, chain = %b, ids = %b"
IS_THERE: Final = "SELECT FROM chain WHERE position = %b AND value = %b"
PROBE: Final = "UPDATE head SET position = position"
EXPIRED: Final = """SELECT position FROM entries WHERE kind = 'served' AND at < %b
    ORDER BY at LIMIT %b FOR UPDATE"""
REWRITE: Final = """UPDATE entries SET kind = 'shown', checksum = given.checksum, details = NULL,
    of_details = NULL FROM unnest(%b::bigint[], %b::bytea[]) AS given(position, checksum)
    WHERE entries.position = given.position"""
PAGE: Final = 1_000  # records that are verified at once
SLICE: Final = 2_000  # positions that are erased in one transaction
THROUGH: Final = """coalesce((SELECT convert_from(value, 'UTF8')::bigint FROM meta
    WHERE name = 'erased_through'), 0)"""
DUE: Final = f"""SELECT user_id, max(position) FROM entries WHERE kind = 'delete_user'
    GROUP BY user_id HAVING max(position) > {THROUGH}"""
ERASE: Final = """WITH erased AS (
    DELETE FROM entries AS e WHERE position > %(after)s AND position <= %(last)s AND (
        (kind = 'served' AND at < %(before)s) OR (kind <> 'delete_user' AND position < (
            SELECT until FROM unnest(%(users)s::bytea[], %(until)s::bigint[]) AS g(who, until)
            WHERE who = e.user_id)))
    RETURNING position)
    INSERT INTO gone SELECT position FROM erased"""
REACHED: Final = """INSERT INTO meta VALUES ('erased_through', convert_to(%s::text, 'UTF8'))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value"""


@dataclass(slots=True)
class Batch:
    """Entries to append, and what became of them in a transaction whose commit may be unknown."""

    entries: Sequence[Entry]
    digests: list[bytes]
    rows: list[Encoded]
    attempted: tuple[Appended, bytes] | None = None  # and the chain behind it


class PostgresLog:
    """An EventLog in a database; appends of all processes take turns, reads wait for nobody."""

    def __init__(self, url: str) -> None:
        """Open the log, or create it.

        Raises:
            LogError: the server cannot be reached, is a standby, or holds another version.
        """
        self._url = url
        self._writing, self._reading = PostgresSession(url), PostgresSession(url)
        self._name = self._writing.name
        self._checksums = Checksums(self._writing.run(partial(adopt, name=self._name)))

    def append(self, entries: Sequence[Entry]) -> Appended:
        digests = [self._checksums.of_id(entry.event_id) for entry in entries]
        batch = Batch(entries, digests, [encode(entry) for entry in entries])
        return self._writing.run(lambda connection: self._append(connection, batch))

    def probe(self) -> None:
        self._writing.run(lambda connection: connection.execute(PROBE))

    def read(self, after: int, limit: int, with_pools: bool = True) -> list[Record]:
        given = self._name, self._checksums, after, limit, with_pools
        return self._reading.run(lambda connection: reads.read(connection, *given))

    def find(self, event_id: str) -> Record | None:
        given = self._name, self._checksums, event_id
        return self._reading.run(lambda connection: reads.find(connection, *given))

    @property
    def end(self) -> int:
        question = "SELECT position FROM head"
        return int(self._reading.run(lambda one: one.execute(question).fetchall())[0][0])

    def chain(self, offset: int) -> bytes | None:
        if offset == 0:
            return b""
        return self._reading.run(lambda connection: reads.chain(connection, offset))

    def secret(self) -> bytes:
        return self._checksums.secret

    def expire_served(self, before: int, limit: int) -> int:
        return self._writing.run(lambda connection: self._expire(connection, before, limit))

    def verify(self) -> None:
        given = self._name, self._checksums, PAGE
        self._reading.run(lambda connection: reads.verify(connection, *given))

    @property
    def erasure_is_due(self) -> bool:
        return bool(self._due())

    def compact(self, forget_served_before: int | None = None) -> int:
        users, removed = self._due(), 0
        last = self.end if forget_served_before is not None else max(users.values(), default=0)
        given = {
            "before": forget_served_before or -(2**63),
            "users": [as_bytes(user) for user in users],
            "until": [*users.values()],
        }
        for after in range(0, last, SLICE):
            erase = partial(_erase, given | {"after": after, "last": min(after + SLICE, last)})
            removed += self._writing.run(erase)
        if removed:  # what was deleted stays in the table until here
            self._writing.run(lambda connection: connection.execute("VACUUM entries"))
        if users:
            through = [str(max(users.values()))]
            self._writing.run(lambda connection: connection.execute(REACHED, through))
        return removed

    def lease(self, name: str) -> PostgresLease:
        return PostgresLease(self._url, name)

    def close(self) -> None:
        self._writing.close()
        self._reading.close()

    def _append(self, connection: Connection, batch: Batch) -> Appended:
        """Two round trips: lock the head and look, then insert and commit."""
        with connection.pipeline(), connection.transaction():
            locked = connection.cursor(binary=True).execute(LOCK)
            seen = connection.cursor(binary=True).execute(TAKEN, [batch.digests])
            users = [as_bytes(user) for user in users_of(batch.entries)]
            newest = connection.cursor(binary=True).execute(NEWEST, [users])
            (end, chain, ids), taken = locked.fetchall()[0], {one for (one,) in seen}
            times = AssignedTimes({as_text(user): at for user, at in newest if at is not None})
            if batch.attempted is not None:  # its commit was sent, and not answered
                appended, value = batch.attempted
                if connection.execute(IS_THERE, [appended.offset, value]).fetchall():
                    return appended
            given = batch.entries, batch.digests, batch.rows
            appended, new = accept(end, *given, taken, times)
            end = appended.offset
            if new:
                checksums = [self._checksums.of_row(offset, row) for offset, _, row in new]
                chain = self._checksums.extended(chain, checksums)
                ids = with_ids(ids, [digest for _, digest, _ in new])
                batch.attempted = appended, chain
                self._insert(connection, new, checksums)
                connection.execute(CHAIN, [end, chain, ids])
                connection.execute(ADVANCE, [end, chain, ids])
        return appended

    def _insert(
        self,
        connection: Connection,
        new: Sequence[tuple[int, bytes, Encoded]],
        checksums: Sequence[bytes],
    ) -> None:
        rows = [
            (
                offset,
                as_bytes(row.event_id),
                row.kind,
                row.at,
                None if row.user is None else as_bytes(row.user),
                row.body.encode() if isinstance(row.body, str) else row.body,
                checksum,
                row.details,
                row.details and self._checksums.of_details(offset, row.details),
            )
            for (offset, _, row), checksum in zip(new, checksums, strict=True)
        ]
        connection.execute(INSERT, [list(column) for column in zip(*rows, strict=True)])
        connection.execute(TAKE, [[digest for _, digest, _ in new], [offset for offset, *_ in new]])

    def _expire(self, connection: Connection, before: int, limit: int) -> int:
        with connection.transaction():
            offsets = [offset for (offset,) in connection.execute(EXPIRED, [before, limit])]
            if offsets:
                checksums = []
                for offset in offsets:
                    row = reads.row(connection, self._name, self._checksums, offset)
                    shown = row._replace(kind=Kind.SHOWN.value, details=None)
                    checksums.append(self._checksums.of_row(offset, shown))
                connection.execute(REWRITE, [offsets, checksums])
        return len(offsets)

    def _due(self) -> dict[str, int]:
        """The users whose erasure is not finished, each with the position of their last one."""
        rows = self._reading.run(lambda one: one.cursor(binary=True).execute(DUE).fetchall())
        return {as_text(user): position for user, position in rows}


def _erase(given: Mapping[str, object], connection: Connection) -> int:
    return connection.execute(ERASE, given).rowcount
