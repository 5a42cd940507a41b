"""Bits flip in every file that is stored, and none is silent."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from app.serving.restore_state import replay
from app.serving.snapshots import Snapshots
from app.serving.write_snapshot import write_snapshot
from app.settings import Settings
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.durability_check import everything
from evaluation.loadtest.slo_report import SloReport, least, none
from ml import bundle
from ml.errors import BundleError, FeedError
from ml.event_log import bodies
from ml.event_log.open_log import open_log
from ml.event_log.packed_sources import packed
from ml.event_log.port import EventLog
from ml.event_log.record import Entry, Kind
from ml.state.feature_state import FeatureState
from ml.state.storage.state_diff import canonical

BATCHES: Final = 40  # transactions before the snapshot, and as many after it
BATCH: Final = 10  # events in one, and pages
POOL: Final = 100  # tweets
MICROS: Final = 1_000_000


OPTIONS: Final[Options] = {"flips": (200, "bits, in each file in turn")}


def measure(given: Given) -> SloReport:
    """On copies: of the artifacts, and of the log of a server that was killed."""
    with TemporaryDirectory() as folder:
        whole, damaged = Path(folder, "whole"), Path(folder, "damaged")
        _store(given, whole, np.random.default_rng(given.seed))
        stored = Stored(whole, damaged, tuple(_readers(damaged)))
        return stored.flip(given.options.flips, np.random.default_rng(given.seed))


@dataclass(frozen=True, slots=True)
class Reader:
    """One way in which stored files are read: which files, and all that they say."""

    name: str
    reads: Callable[[Path], bool]
    read: Callable[[], Any]


@dataclass(slots=True)
class Stored:
    """A folder of stored files, and a copy that is damaged bit by bit."""

    whole: Path
    damaged: Path
    readers: tuple[Reader, ...]
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)

    def flip(self, flips: int, rng: np.random.Generator) -> SloReport:
        """Flip one bit at a time, in each file in turn."""
        files = sorted(
            path.relative_to(self.whole)
            for path in self.whole.rglob("*")
            if path.is_file() and path.stat().st_size and self._reader(path)
        )
        self._restore()
        expected = {reader.name: reader.read() for reader in self.readers}
        for place in range(flips):
            path = files[place % len(files)]
            reader = self._reader(path)
            assert reader is not None
            self._restore()
            raw = bytearray((self.damaged / path).read_bytes())
            byte, bit = int(rng.integers(len(raw))), int(rng.integers(8))
            raw[byte] ^= 1 << bit
            (self.damaged / path).write_bytes(raw)
            outcome = self._outcome(reader, expected[reader.name], f"{path}, {byte}.{bit}")
            self.outcomes.setdefault(reader.name, Counter())[outcome] += 1
        return self._report(len(files), flips)

    def _outcome(self, reader: Reader, expected: Any, where: str) -> str:
        try:
            with _logged() as lines:
                found = reader.read()
        except FeedError as error:
            if "\n" in str(error):
                self.unclear.append(f"{where}: {error}")
            return "refused"
        except Exception as error:
            self.unclear.append(f"{where}: {error!r}")
            return "unclear"
        if found == expected:
            return "the same"  # room that holds nothing, or is written anew
        if found is None and lines:
            return "not used, with a line in the log"
        self.silent.append(where)
        return "silent"

    def _reader(self, path: Path) -> Reader | None:
        return next((reader for reader in self.readers if reader.reads(path)), None)

    def _restore(self) -> None:
        shutil.rmtree(self.damaged, ignore_errors=True)
        shutil.copytree(self.whole, self.damaged)

    def _report(self, files: int, flips: int) -> SloReport:
        table = {name: dict(counter) for name, counter in self.outcomes.items()}
        return SloReport(
            [
                least("bits that were flipped", flips, 1),
                none("of them silent", len(self.silent)),
                none("of them without one clear sentence", len(self.unclear)),
            ],
            {"files": files, "outcomes": table, "silent": self.silent, "unclear": self.unclear},
            [f"  {name}: {counts}" for name, counts in table.items()]
            + [*self.silent, *self.unclear][:5],
        )


def _readers(folder: Path) -> Iterator[Reader]:
    settings = Settings(artifacts=folder)
    log = settings.log_file.name

    def read_bundle() -> Any:
        loaded = bundle.load(folder)
        return loaded and (loaded.version, loaded.manifest)

    def read_state() -> Any:
        state = bundle.load_state(folder)
        return state and canonical(state)

    def read_snapshot() -> Any:
        base = bundle.state_fingerprint(folder) or ""
        with closing(open_log(settings.log_file)) as events:
            found = Snapshots.of(settings.log_file).newest(base, events)
            if found is not None:  # an older one is as good, where the rest of the log is applied
                replay(found, events, settings.served_hours)
            return found and canonical(found)

    def read_log() -> Any:
        with closing(open_log(settings.log_file)) as events:
            events.verify()
            records = everything(events)
            found = [events.find(record.entry.event_id) for record in records]
            return records, found, events.end, events.secret(), events.chain(events.end)

    yield Reader("state", lambda path: path.parent.parent.name == "state", read_state)
    yield Reader("state", lambda path: path.parent.name == "state", read_state)
    yield Reader("snapshot", lambda path: f"{log}.state" in path.parts, read_snapshot)
    yield Reader("log", lambda path: path.name.startswith(log), read_log)
    yield Reader("bundle", lambda path: "report" not in path.parts, read_bundle)


def _store(given: Given, whole: Path, rng: np.random.Generator) -> None:
    """The current bundle and state, a log, and a snapshot of its first half; the process that wrote
    the log was killed, so its end is in the write-ahead log."""
    here, settings = whole.with_name("written"), Settings(artifacts=whole.with_name("written"))
    for name in (bundle.current(given.artifacts), f"state/{_state_of(given)}"):
        shutil.copytree(given.artifacts / str(name), here / str(name))
    for name in ("current", "state/current"):
        shutil.copy(given.artifacts / name, here / name)
    state = given.state()
    with closing(open_log(settings.log_file)) as log:
        _write(log, state, 0, rng)
        write_snapshot(settings, log)
        log.expire_served(2**62, BATCH)
    with closing(open_log(settings.log_file)) as log:
        _write(log, state, BATCHES, rng)
        shutil.copytree(here, whole)


def _state_of(given: Given) -> str:
    name = bundle.state_fingerprint(given.artifacts)
    if name is None:
        raise BundleError(f"{given.artifacts} holds no state; run foryou train")
    return name


def _write(log: EventLog, state: FeatureState, first: int, rng: np.random.Generator) -> None:
    users, tweets = state.users.ids.all_ids().to_list(), state.tweets.ids.all_ids().to_list()
    for batch in range(first, first + BATCHES):
        entries = []
        for place in range(BATCH):
            name, at = f"{batch}-{place}", (state.newest + batch) * MICROS
            user, pool = str(rng.choice(users)), [str(one) for one in rng.choice(tweets, POOL)]
            event = bodies.Event("like", user, pool[0])
            sources = packed(np.ones(len(pool), np.uint32))
            page = bodies.Served(user, tuple(pool[:10]), name, pool=" ".join(pool), sources=sources)
            entries.append(Entry(f"event/{name}", Kind.EVENT, at, user, event.to_json()))
            entries.append(Entry(f"served/{name}", Kind.SERVED, at, user, page.to_json()))
        log.append(entries)


class _Kept(logging.Handler):
    """Keeps warnings as lines."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())


@contextmanager
def _logged() -> Iterator[list[str]]:
    """The warnings that are logged meanwhile."""
    lines: list[str] = []
    handler = _Kept(lines)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
