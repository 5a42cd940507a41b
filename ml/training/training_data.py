"""The training data of the ranker: rows to fit, later rows to calibrate, and their encoders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.bundle.manifest import SafetyCard
from ml.embeddings.communities import Communities
from ml.errors import DataError
from ml.models.encode import TowerEncoder
from ml.models.safety import Safety
from ml.models.two_tower import TwoTower
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import exposure, safety
from ml.training.examples import Examples, of_impressions, sample_negatives
from ml.training.heavy_ranker import RankerRows
from ml.training.options import TrainingOptions
from ml.training.processes import Processes
from ml.training.replay import BUCKET_SECONDS
from ml.training.safety import TrainedSafety
from ml.training.time_scales import time_scales


@dataclass(frozen=True, slots=True)
class SafetyModels:
    """Safety models that are being fitted, by label, while the towers are."""

    started: dict[str, Callable[[], TrainedSafety | None]]

    @classmethod
    def of(
        cls,
        processes: Processes,
        tweets: Tweets,
        learnable: NDArray[np.bool_],
        options: TrainingOptions,
    ) -> SafetyModels:
        """Begin to fit them on the `learnable` tweets that somebody labelled."""
        rates = {"nsfw": options.nsfw_rate, "toxicity": options.toxicity_rate}
        return cls(
            {
                name: processes.start(safety.train, tweets, learnable, label, options, rates[name])
                for name, label in tweets.declared.items()
            }
        )

    def trained(self) -> dict[str, TrainedSafety]:
        """Those for which there is enough to learn from."""
        found = {name: finish() for name, finish in self.started.items()}
        return {name: one for name, one in found.items() if one is not None}


@dataclass(frozen=True, slots=True)
class Encoders:
    """The models whose output the ranker reads."""

    tower: TwoTower
    nsfw: Safety | None
    toxicity: Safety | None
    communities: Communities | None
    cards: dict[str, SafetyCard]  # of the safety models that there are

    def encode(self, state: FeatureState) -> TowerEncoder:
        return TowerEncoder.of(state, self.tower, self.nsfw, self.toxicity, self.communities)

    @classmethod
    def of(
        cls,
        tower: TwoTower,
        communities: Communities | None,
        safety_models: SafetyModels,
    ) -> Encoders:
        found = safety_models.trained()
        models = {name: trained.model for name, trained in found.items()}
        cards = {name: trained.card for name, trained in found.items()}
        return cls(tower, models.get("nsfw"), models.get("toxicity"), communities, cards)


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The rows of the ranker, prepared by time (`temporal`) or by folds (`crossfit`)."""

    encoders: Encoders
    train: RankerRows
    calibrate: RankerRows
    examples: Examples  # those of `calibrate`
    notes: tuple[str, ...]


def ranker_examples(
    events: Events,
    users: Users,
    tweets: Tweets,
    options: TrainingOptions,
    since: int = UNKNOWN_TIME,
) -> tuple[Examples, tuple[str, ...]]:
    """The examples of this time and later that the ranker learns from and is calibrated on, at
    most `options.ranker_rows`; and notes."""
    rng = np.random.default_rng(options.seed)
    found, notes = examples(events, users, tweets, rng, since)
    some, more = bounded(found, np.random.default_rng(options.seed), options.ranker_rows)
    return some, (*notes, *more)


def examples(
    events: Events,
    users: Users,
    tweets: Tweets,
    rng: np.random.Generator,
    since: int = UNKNOWN_TIME,
) -> tuple[Examples, tuple[str, ...]]:
    """Labelled impressions of this time and later; where most engagements follow none, engagements
    and sampled negatives."""
    if exposure.is_logged(events):
        later = events[int(np.searchsorted(events.at, since)) :]
        return of_impressions(later, tweets), ()
    state = FeatureState(users, tweets)
    state.apply(events)
    note = (
        "most engagements follow no impression: negatives were sampled from the window of each "
        "engagement, half uniformly and half by popularity, so probabilities rank but are not rates"
    )
    window_hours = time_scales(events, tweets).window_hours
    found = sample_negatives(events, state, window_hours, rng)
    return found[found.at >= since], (note,)


def bounded(
    examples: Examples, rng: np.random.Generator, most: int
) -> tuple[Examples, tuple[str, ...]]:
    """So many examples, or fewer, in the same order; and a note. Where there are more, visits are
    drawn uniformly, each with all its examples: what a viewer is at a moment is looked up once.

    Raises:
        DataError: the first visit that is drawn has more than so many.
    """
    if len(examples) <= most:
        return examples, ()
    lot = _lots(examples, rng)
    first_left_out = np.partition(lot, most)[most]
    drawn = np.flatnonzero(lot < first_left_out)
    if not len(drawn):
        alone = int((lot == first_left_out).sum())
        raise DataError(
            f"one visit (a viewer within {BUCKET_SECONDS} s) has {alone:,} labelled "
            f"rows, more than the {most:,} that the ranker may see; raise --ranker-rows"
        )
    note = (
        f"the ranker saw {len(drawn):,} of {len(examples):,} labelled rows, those of visits drawn "
        f"uniformly"
    )
    return examples[drawn], (note,)


def _lots(examples: Examples, rng: np.random.Generator) -> NDArray[np.uint64]:
    """(rows,) a number drawn for each viewer and bucket of time; where nothing has a time, for
    each row."""
    visit = examples.at // BUCKET_SECONDS
    if visit[0] == visit[-1]:
        visit = np.arange(len(visit))
    salt = rng.integers(2**63, dtype=np.uint64)
    mixed = (examples.viewer.astype(np.uint64) ^ salt) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ mixed >> np.uint64(32) ^ visit.astype(np.uint64)) * np.uint64(
        0xBF58476D1CE4E5B9
    )
    mixed = (mixed ^ mixed >> np.uint64(32)) * np.uint64(0x94D049BB133111EB)
    return mixed ^ mixed >> np.uint64(32)
