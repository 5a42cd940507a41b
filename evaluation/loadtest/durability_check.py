"""What the service has promised to keep, and whether the log holds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from evaluation.loadtest.traffic import Body, name_of
from ml.event_log import bodies
from ml.event_log.port import EventLog
from ml.event_log.record import Entry, Kind, Record

NOBODY: Final[Mapping[str, int]] = MappingProxyType({})
BATCH_RECORDS: Final = 20_000  # records
SUBJECT: Final = {
    Kind.PUT_USER: "user_id",
    Kind.PUT_TWEET: "tweet_id",
    Kind.DELETE_USER: "user_id",
    Kind.DELETE_TWEET: "tweet_id",
}


@dataclass(slots=True)
class DurabilityCheck:
    """Each write that can be distinguished, by a name; a catalogue entry's is its kind and its id,
    so each must be sent once."""

    acknowledged: set[str] = field(default_factory=set)
    owner: dict[str, str] = field(default_factory=dict)  # of these, whose departure erases them
    events: int = 0  # of them
    in_doubt: list[list[Body]] = field(default_factory=list)  # sent, and nobody answered

    def keep(self, events: Iterable[Body]) -> None:
        """These events were acknowledged."""
        before = len(self.acknowledged)
        for event in events:
            self._acknowledge(name_of(event), event.get("user_id"))
        self.events += len(self.acknowledged) - before

    def keep_entry(self, kind: Kind, subject: str, owner: str | None = None) -> None:
        """A change of the catalogue was."""
        self._acknowledge(f"{kind}:{subject}", owner)

    def faults(
        self, records: Sequence[Record], erased: Mapping[str, int] = NOBODY
    ) -> tuple[list[str], list[str]]:
        """What is lost, and what is there twice; what was erased with its owner is not lost."""
        there = Counter(_name(record.entry) for record in records)
        missing = sorted(self.acknowledged - there.keys())
        lost = [name for name in missing if self.owner.get(name) not in erased]
        return lost, sorted(name for name, times in there.items() if times > 1)

    def _acknowledge(self, name: str, owner: str | None) -> None:
        self.acknowledged.add(name)
        if owner is not None:
            self.owner[name] = owner


def left(records: Sequence[Record]) -> dict[str, int]:
    """Who has left, each with the offset of the last record that says so."""
    gone = Kind.DELETE_USER
    return {str(r.entry.user): r.offset for r in records if r.entry.kind == gone}


def remains(records: Sequence[Record]) -> list[str]:
    """What the log holds of people from before they left."""
    gone = left(records)
    return [
        f"record {record.offset} of {record.entry.user}"
        for record in records
        if record.entry.user in gone and record.offset < gone[record.entry.user]
    ]


def everything(log: EventLog) -> list[Record]:
    """All records of a log."""
    records: list[Record] = []
    while more := log.read(records[-1].offset if records else 0, BATCH_RECORDS):
        records += more
    return records


def _name(entry: Entry) -> str:
    match bodies.read(entry):
        case bodies.DeletedUser(subject) | bodies.DeletedTweet(subject):
            return f"{entry.kind}:{subject}"
        case bodies.Row(columns):
            return f"{entry.kind}:{columns[SUBJECT[entry.kind]]}"
        case bodies.Event() as event:
            return name_of({"event_id": entry.event_id, **event.to_json()})
        case bodies.Served() | bodies.Clock() | bodies.Preference():
            return name_of({"event_id": entry.event_id, "action": ""})
