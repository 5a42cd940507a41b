"""Trains all models, from tables on disk to a published bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml import memory
from ml.bundle import Manifest, publish, publish_state, weights
from ml.bundle.bundle import Models
from ml.bundle.manifest import FORMAT, TimeScales
from ml.bundle.probe import PAIRS, Probe
from ml.bundle.training_source import TrainingSource
from ml.dataset import tables as tables_on_disk
from ml.dataset.tables import Tables
from ml.embeddings.als import Als
from ml.embeddings.communities import Communities
from ml.event_log.port import EventLog
from ml.event_log.to_tables import with_log
from ml.features import NAMES
from ml.heads import NAMES as HEADS
from ml.models.two_tower import TwoTower
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.mutes import Muting
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates import tables_to_events
from ml.state.updates.last_reading import LastReading
from ml.training import calibrate, crossfit, heavy_ranker, listwise_stage, temporal, two_tower
from ml.training.enough import require_enough
from ml.training.examples import Examples
from ml.training.options import TrainingOptions
from ml.training.processes import Processes
from ml.training.refit import RefitData
from ml.training.time_scales import time_scales
from ml.training.training_data import TrainingData

AT_LEAST: Final = 20  # positives that a head needs to be trained


def train(
    data: Path,
    artifacts: Path,
    options: TrainingOptions,
    read: Callable[[Path], Tables] = tables_on_disk.read,
    log: EventLog | None = None,
) -> str:
    """Train on the dataset in `data` and publish into `artifacts`; the bundle's version.

    `read` reads it, and should keep nothing: tables are forgotten once they are events. With a
    `log`, its records are learned from too; the published state stays that of the dataset, since
    serving applies the log itself.

    Raises:
        DataError: the tables are not what they should be, or hold too little to learn from.
        TrainingError: another process of the training was ended; nothing was published.
    """
    with Processes(options.processes) as processes:
        return _train(data, artifacts, options, read, log, processes)


def _train(
    data: Path,
    artifacts: Path,
    options: TrainingOptions,
    read: Callable[[Path], Tables],
    log: EventLog | None,
    processes: Processes,
) -> str:
    """The same by these processes."""
    imported = read(data)
    source = TrainingSource.of(imported, data)
    tables = imported if log is None else with_log(imported, log)
    users, tweets = tables_to_events.catalog(tables)
    events = tables_to_events.events(tables, users, tweets)
    cut = cut_of(tables, options.holdout)
    require_enough(data, tables, cut)
    known = events.before(cut) if cut is not None else events
    served = (users, tweets) if log is None else tables_to_events.catalog(imported)
    happened = events if log is None else tables_to_events.events(imported, *served)
    mutings = tables_to_events.mutings(imported, served[0])
    tables, imported = tables.without_events(), imported.without_rows()
    memory.give_back()
    scales = time_scales(known, tweets)
    refit_data = processes.start(
        RefitData.of,
        known,
        users,
        tweets,
        scales.half_life_hours,
        options.seed,
        tables.has_times,
    )
    state = processes.start(_state, *served, LastReading(happened), mutings)
    fitted = _fit(tables, known, users, tweets, cut, options, processes, scales, refit_data)
    probe = _probe(tables, tweets, known, fitted.examples)
    models, manifest = fitted.refitted(), fitted.manifest
    del tables, fitted, events, happened, known, refit_data  # the state is as large as all else
    memory.give_back()
    publish_state(artifacts, state(), imported, data)
    return publish(artifacts, models, manifest, probe, source)


@dataclass(frozen=True, slots=True)
class _Fitted:
    """Models of what is known, which are being refitted, and what they were calibrated on."""

    models: Models
    manifest: Manifest
    tower: Callable[[], TwoTower]
    communities: Communities | None
    als: Als | None
    examples: Examples

    def refitted(self) -> Models:
        """The models with all embeddings of everything before the cut."""
        own = self.als if self.models.listwise is not None else None
        return replace(self.models, tower=self.tower(), communities=self.communities, als=own)


def _state(
    users: Users, tweets: Tweets, events: LastReading, mutings: Sequence[Muting]
) -> FeatureState:
    """The state of all that happened."""
    state = FeatureState(users, tweets)
    events.apply_to(state)
    state.mute(mutings)
    return state


def _fit(
    tables: Tables,
    known: Events,
    users: Users,
    tweets: Tweets,
    cut: int | None,
    options: TrainingOptions,
    processes: Processes,
    scales: TimeScales,
    refit_data: Callable[[], RefitData],
) -> _Fitted:
    training_data = _prepare(tables, known, users, tweets, cut, options, processes)
    memory.give_back()  # the state that was replayed
    encoders, data = training_data.encoders, refit_data()
    refitting = processes.start(
        two_tower.refit,
        encoders.tower,
        users,
        tweets,
        data.viewers,
        data.positive,
        options.seed,
    )
    trained = (training_data.train.label.sum(0) >= AT_LEAST) & (
        training_data.calibrate.label.sum(0) > 0
    )
    ranker = heavy_ranker.train(training_data.train, trained, options.seed)
    cards = calibrate.heads(ranker, training_data, trained)
    models = Models(encoders.tower, ranker, encoders.nsfw, encoders.toxicity, encoders.communities)
    manifest = Manifest(
        format=FORMAT,
        as_of=cut if cut is not None else tables_to_events.NO_TIMES,
        features=list(NAMES),
        heads=cards,
        missing=[*tables.missing, *_untrained(models, trained)],
        notes=list(training_data.notes),
        parameters={
            name: weights.count(model)
            for name, model in (
                ("two_tower", models.tower),
                ("heavy_ranker", models.ranker),
                ("nsfw", models.nsfw),
                ("toxicity", models.toxicity),
            )
            if model is not None
        },
        rows={
            "events": len(known),
            "train": len(training_data.train),
            "calibrate": len(training_data.calibrate),
        },
        files={},
        safety=encoders.cards,
        time_scales=scales,
    )
    models, manifest = listwise_stage.added(
        models,
        manifest,
        known,
        users,
        tweets,
        _calibrate_from(tables, options) if tables.has_times else None,
        options.seed,
    )
    return _Fitted(models, manifest, refitting, data.communities, data.als, training_data.examples)


def _calibrate_from(tables: Tables, options: TrainingOptions) -> int:
    """The instant from which on rows calibrate."""
    return _quantile(tables, 1 - options.holdout - options.calibration)


def cut_of(tables: Tables, holdout: float) -> int | None:
    """The instant from which on interactions are held out; None where there are no times."""
    return _quantile(tables, 1 - holdout) if tables.has_times else None


def _quantile(tables: Tables, share: float) -> int:
    times = tables.interactions["created_at"].drop_nulls().to_numpy()
    return int(np.quantile(times, share))


def _prepare(
    tables: Tables,
    known: Events,
    users: Users,
    tweets: Tweets,
    cut: int | None,
    options: TrainingOptions,
    processes: Processes,
) -> TrainingData:
    if cut is None:
        return crossfit.prepare(known, users, tweets, options, processes)
    calibrate_from = _calibrate_from(tables, options)
    towers_until = _quantile(tables, options.towers)
    return temporal.prepare(known, users, tweets, calibrate_from, towers_until, options, processes)


def _untrained(models: Models, trained: NDArray[np.bool_]) -> list[str]:
    heads = [f"head:{name}" for name, there in zip(HEADS, trained, strict=True) if not there]
    safety = {"nsfw": models.nsfw, "toxicity": models.toxicity}
    return heads + [f"model:{name}" for name, model in safety.items() if model is None]


def _probe(tables: Tables, tweets: Tweets, known: Events, examples: Examples) -> Probe:
    some = np.unique(np.linspace(0, len(examples) - 1, PAIRS).astype(np.intp))
    pairs = examples[some]
    return Probe.cut_from(
        tables.users, tables.tweets, tweets.author, known, pairs.viewer, pairs.tweet, pairs.at
    )
