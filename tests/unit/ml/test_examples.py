"""Labels belong to the impression that came before them; sampled negatives are no engagements."""

from __future__ import annotations

import numpy as np

from ml.actions import ENGAGEMENTS, Action
from ml.heads import NAMES as HEADS
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training.examples import of_impressions, sample_negatives

DAY = 86_400


def log(*steps: tuple[Action, int, int, int, int]) -> Events:
    action, user, tweet, target, at = np.array(steps, np.int64).T
    none = np.full(len(at), np.nan, np.float32)
    user, tweet, target = (part.astype(np.int32) for part in (user, tweet, target))
    tiebreak = np.arange(len(at), dtype=np.uint64)
    return Events(action.astype(np.int8), user, tweet, target, at, none, tiebreak)


def test_an_action_belongs_to_the_last_impression_before_it(
    tiny_catalog: tuple[Users, Tweets],
) -> None:
    events = log(
        (Action.IMPRESSION, 1, 5, -1, 100),
        (Action.IMPRESSION, 1, 5, -1, 200),
        (Action.LIKE, 1, 5, -1, 230),
        (Action.LIKE, 2, 5, -1, 240),
        (Action.IMPRESSION, 2, 5, -1, 300),
        (Action.RETWEET, 1, 5, -1, 200 + 2 * DAY),
    )
    label = of_impressions(events, tiny_catalog[1]).label
    assert label[:, HEADS.index("like")].tolist() == [0, 1, 0]
    assert label[:, HEADS.index("engagement")].tolist() == [0, 1, 0]
    assert label[:, HEADS.index("retweet")].sum() == 0


def test_a_mute_without_a_tweet_belongs_to_what_was_shown_of_the_author(
    tiny_catalog: tuple[Users, Tweets],
) -> None:
    author = int(tiny_catalog[1].author[5])
    viewer = (author + 1) % 50
    events = log(
        (Action.IMPRESSION, viewer, 5, -1, 100),
        (Action.MUTE, viewer, -1, author, 110),
    )
    label = of_impressions(events, tiny_catalog[1]).label
    assert label[0, HEADS.index("negative")] == 1


def test_drawn_negatives_are_fresh_and_weighted_back_to_uniform(
    tiny_catalog: tuple[Users, Tweets], tiny_events: Events, rng: np.random.Generator
) -> None:
    events = tiny_events[tiny_events.action != Action.IMPRESSION]
    state = FeatureState(*tiny_catalog)
    state.apply(events)
    examples = sample_negatives(events, state, 168, rng)
    negative = examples.label.sum(1) == 0
    assert 2.5 < negative.sum() / (~negative).sum() <= 4
    viewer, tweet = examples.viewer[negative], examples.tweet[negative]
    assert not state.engaged.any(ENGAGEMENTS, viewer, tweet).any()
    written = tiny_catalog[1].created_at[examples.tweet[negative]]
    assert (written <= examples.at[negative]).all()
    assert (examples.weight[~negative] == 1).all()
    assert (examples.weight <= 2).all()
    assert (np.diff(examples.at) >= 0).all()
    drawn_popularity = state.tweet_counts.read(tweet, state.newest)[:, 1]
    weight = examples.weight[negative]
    plain, weighted = drawn_popularity.mean(), np.average(drawn_popularity, weights=weight)
    assert weighted < plain
