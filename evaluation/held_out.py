"""The rows that training never saw, with what the bundle, popularity and the truth say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.world import World
from ml.bundle import Bundle, state_fingerprint
from ml.bundle.bundle import probabilities
from ml.errors import DataError
from ml.features import Pairs
from ml.features.rates import engaged
from ml.heads import NAMES as HEADS
from ml.log import tables as tables_on_disk
from ml.schema import Action
from ml.state import ingest
from ml.state.catalog import Tweets, Users
from ml.state.feature_state import Count, FeatureState
from ml.training.examples import Examples, of_impressions
from ml.training.replay import walk

Scores = Mapping[str, NDArray[np.floating]]  # head: (rows,)

PRIOR: Final = (1.0, 15.0)  # engagements and impressions that every tweet is given


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Impressions from the cut on."""

    examples: Examples
    model: Scores
    popularity: NDArray[np.float64]  # the tweet's smoothed prior engagement rate
    oracle: Scores | None  # P(action | examined); None where there is no planted truth


def score(data: Path, artifacts: Path, bundle: Bundle) -> HeldOut:
    """Replay the log past the cut, asking the bundle about each impression before it happens.

    Raises:
        DataError: the bundle was not trained on this data, or there are no impressions to test.
    """
    tables = tables_on_disk.read(data)
    if tables.fingerprint != state_fingerprint(artifacts):
        raise DataError(
            f"{data} is not what the last training into {artifacts} saw; run python -m ml train "
            f"--data {data} --out {artifacts} first"
        )
    users, tweets = ingest.catalog(tables)
    events = ingest.events(tables, users, tweets)
    cut = bundle.manifest.as_of
    if not tables.has_times or not (events.action == Action.IMPRESSION).any():
        raise DataError(f"{data} has no timed impressions, so its heads cannot be tested in time")
    examples = of_impressions(events, tweets)
    examples = examples[examples.at >= cut]

    state = FeatureState(users, tweets)
    state.apply(events.before(cut))
    encoder = bundle.encode(state)
    after = events[int(np.searchsorted(events.at, cut)) :]
    model = np.empty((len(examples), len(HEADS)))
    popularity = np.empty(len(examples))
    for rows in walk(state, after, examples.at):
        part = examples[rows]
        x = Pairs(state, encoder, part.viewer, part.tweet, part.at)
        model[rows] = probabilities(bundle.models.ranker, x)[:, : len(HEADS)]
        counts = x.tweet_counts
        popularity[rows] = (engaged(counts) + PRIOR[0]) / (counts[:, Count.IMPRESSION] + PRIOR[1])
    trained = {name: model[:, HEADS.index(name)] for name in bundle.manifest.heads}
    return HeldOut(examples, trained, popularity, _oracle(data, examples, users, tweets))


def _oracle(data: Path, examples: Examples, users: Users, tweets: Tweets) -> Scores | None:
    if not (data / "truth").is_dir():
        return None
    world = World.load(data / "truth")
    viewer = world.user_rows(np.array(users.ids.ids(examples.viewer), np.int64))
    tweet = world.tweet_rows(np.array(tweets.ids.ids(examples.tweet), np.int64))
    return world.probabilities(viewer, tweet, examples.at)
