"""A tweet is judged by what it says, and by what its author said before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from datagen.__main__ import main as plant
from datagen.world import World
from ml.bundle import weights
from ml.dataset import tables
from ml.errors import BundleError
from ml.event_log.record import Kind
from ml.models.author_history import author_history, evidence
from ml.models.encode import TowerEncoder
from ml.models.ngrams import ngrams
from ml.models.safety import OUTSIDE, Safety, text_log_odds
from ml.models.two_tower import TwoTower
from ml.state.feature_state import FeatureState
from ml.state.storage import array_file
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates import tables_to_events
from ml.training import safety
from ml.training.options import TrainingOptions
from tests.unit.ml.recorded_state import RecordedState

Encode = Callable[[FeatureState], TowerEncoder]

HOUR = 3600
PRIOR = 0.1

tweets_by_somebody = st.lists(
    st.tuples(st.integers(-1, 3), st.integers(0, 5), st.floats(0, 1)), min_size=1, max_size=30
)


def records(rows: list[tuple[int, int, float]]) -> np.ndarray:
    author, written, harm = (np.array(column) for column in zip(*rows, strict=True))
    return author_history(author.astype(np.int32), written, harm.astype(float), PRIOR)


@given(tweets_by_somebody)
def test_a_record_is_the_mean_of_what_came_before(rows: list[tuple[int, int, float]]) -> None:
    for one, log_odds in zip(rows, records(rows), strict=True):
        before = [harm for who, at, harm in rows if who == one[0] >= 0 and at < one[1]]
        share = (sum(before) + PRIOR) / (len(before) + 1)
        assert 1 / (1 + np.exp(-float(log_odds))) == pytest.approx(share, abs=1e-6)


@given(tweets_by_somebody, st.randoms())
def test_a_record_depends_on_no_order_and_on_nobody_else(
    rows: list[tuple[int, int, float]], random: Random
) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)
    straight = records(rows)
    np.testing.assert_array_equal(records([rows[i] for i in order]), straight[order])
    mine = [i for i, row in enumerate(rows) if row[0] == rows[0][0]]
    np.testing.assert_array_equal(records([rows[i] for i in mine]), straight[mine])


def test_what_moderators_declare_outweighs_what_it_says() -> None:
    harm = evidence(np.array([5.0, -5.0, 5.0], np.float32), np.array([0, 1, np.nan], np.float32))
    assert harm[0] < 0.05 < 0.9 < harm[1]
    assert harm[2] > 0.99


def test_the_model_says_what_its_regression_says(tiny_catalog: tuple[Users, Tweets]) -> None:
    """The kernel that serves adds up what the module would."""
    tweets = tiny_catalog[1]
    trained = safety.train(tweets, np.ones(len(tweets), bool), tweets.toxic, TrainingOptions())
    assert trained is not None
    model, rows = trained.model, np.arange(50, dtype=np.int32)
    found = ngrams(tweets.texts(rows).to_list())
    bag_begins = np.concatenate([[0], found.end.ravel()[:-1]])
    size = np.maximum(np.diff(found.end.ravel(), prepend=0), 1)
    with torch.no_grad():
        bags = model.ngrams(torch.from_numpy(found.bucket), torch.from_numpy(bag_begins))
        shown = torch.from_numpy(tweets.metadata[rows][:, OUTSIDE])
        expected = model.numbers((shown - model.mean) / model.spread)[:, 0].numpy()
    expected = expected + (bags[:, 0].numpy() / np.sqrt(size)).reshape(-1, 2).sum(axis=1)
    served = text_log_odds(model, tweets.metadata[rows], found)
    np.testing.assert_allclose(served, expected, atol=1e-4)
    assert np.ptp(served) > 1


def test_too_few_labels_make_no_model(tiny_catalog: tuple[Users, Tweets]) -> None:
    tweets = tiny_catalog[1]
    few = tweets.toxic.copy()
    few[np.flatnonzero(few == 1)[safety.AT_LEAST - 1 :]] = np.nan
    assert safety.train(tweets, np.ones(len(tweets), bool), few, TrainingOptions()) is None


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Users, Tweets]:
    """Enough tweets to learn from, and what they really are."""
    folder = tmp_path_factory.mktemp("written")
    plant(["--out", str(folder), "--seed", "7", "--scale", "0.5"])
    return World.load(folder / "truth"), *tables_to_events.catalog(tables.read(folder))


@pytest.fixture(scope="module")
def encode(written: tuple[World, Users, Tweets]) -> Encode:
    """Safety models fitted on the first half of it."""
    tweets = written[2]
    early = tweets.created_at < np.median(tweets.created_at)
    found = [
        safety.train(tweets, early, label, TrainingOptions()) for label in tweets.declared.values()
    ]
    nsfw, toxicity = (trained.model for trained in found if trained is not None)
    return lambda state: TowerEncoder.of(state, TwoTower().eval(), nsfw, toxicity, None)


def test_the_record_adds_to_what_a_tweet_says(
    encode: Encode, written: tuple[World, Users, Tweets]
) -> None:
    """On tweets that the models have not seen, against what was planted."""
    world, users, tweets = written
    encoder = encode(FeatureState(users, tweets))
    new = tweets.created_at >= np.median(tweets.created_at)
    for harm, by_text, by_both in (
        (world.tweets.toxic, encoder.text_scores.toxicity, encoder.tweets.toxicity),
        (world.tweets.nsfw, encoder.text_scores.nsfw, encoder.tweets.nsfw),
    ):
        text, both = (roc_auc_score(harm[new] > 0.5, score[new]) for score in (by_text, by_both))
        assert both > text + 0.01 > 0.9


@pytest.fixture
def recorded() -> RecordedState:
    """Ann was abusive twice, and bob never; both now say the same."""
    recorded = RecordedState()
    for n in range(1, 3):
        recorded.tweet(f"a{n}", "ann", n * HOUR, text="You people are clowns", toxic=True)
        recorded.tweet(f"b{n}", "bob", n * HOUR, text="Good morning to the chess club", toxic=False)
    for author in ("ann", "bob"):
        recorded.tweet(f"{author} now", author, 9 * HOUR, text="Never trust the rebound")
    return recorded


def toxicity(encoder: TowerEncoder, recorded: RecordedState, tweet: str) -> float:
    return float(encoder.tweets.toxicity[recorded.state.tweets.ids.known([tweet])[0]])


def test_who_was_abusive_is_suspected(encode: Encode, recorded: RecordedState) -> None:
    encoder = encode(recorded.state)
    assert toxicity(encoder, recorded, "ann now") > 2 * toxicity(encoder, recorded, "bob now")


def test_what_is_deleted_is_held_against_nobody(encode: Encode, recorded: RecordedState) -> None:
    encoder = encode(recorded.state)
    before = toxicity(encoder, recorded, "ann now")
    for n in range(1, 3):
        taken = recorded.record(Kind.DELETE_TWEET, 10 * HOUR, tweet_id=f"a{n}")
        encoder.extend(recorded.state, taken)
    fresh = encode(recorded.state)
    assert toxicity(encoder, recorded, "ann now") == pytest.approx(
        toxicity(fresh, recorded, "ann now")
    )
    assert toxicity(encoder, recorded, "ann now") < before / 2


def test_what_comes_late_counts_as_if_it_had_come_in_time(
    encode: Encode, recorded: RecordedState
) -> None:
    encoder = encode(recorded.state)
    before = toxicity(encoder, recorded, "bob now")
    taken = recorded.tweet("b0", "bob", HOUR, text="You people are clowns", toxic=True)
    encoder.extend(recorded.state, taken)
    assert toxicity(encoder, recorded, "bob now") > before
    fresh = encode(recorded.state)
    assert toxicity(encoder, recorded, "bob now") == pytest.approx(
        toxicity(fresh, recorded, "bob now")
    )


def test_a_card_says_what_is_hidden_of_tweets_that_were_not_fitted(
    written: tuple[World, Users, Tweets],
) -> None:
    tweets = written[2]
    options = TrainingOptions(clean_hidden=0.05)
    trained = safety.train(tweets, np.ones(len(tweets), bool), tweets.toxic, options)
    assert trained is not None
    card = trained.card
    assert card.harmful + card.clean == (~np.isnan(tweets.toxic)).sum()
    assert card.clean_hidden_low <= card.clean_hidden <= 0.05 < card.clean_hidden_high
    assert card.harmful_hidden > 0.5
    assert 0.03 < card.serving_rate < 0.1  # a part of the planted tweets, all labelled alike


def test_a_rate_that_is_given_shifts_all_probabilities(
    tiny_catalog: tuple[Users, Tweets],
) -> None:
    tweets = tiny_catalog[1]
    everything = np.ones(len(tweets), bool)
    few, many = (
        safety.train(tweets, everything, tweets.toxic, TrainingOptions(), rate)
        for rate in (0.01, 0.5)
    )
    assert few is not None
    assert many is not None
    assert few.card.hidden_from < many.card.hidden_from
    assert few.card.harmful_hidden == many.card.harmful_hidden  # the order is the same
    assert float(many.model.shift - few.model.shift) == pytest.approx(np.log(99), abs=1e-4)


def test_a_model_of_words_alone_is_refused_with_a_reason(tmp_path: Path) -> None:
    """As bundles before had them."""
    old = {
        "mean": np.zeros(10, np.float32),
        "words.weight": np.zeros((16_384, 1), np.float32),
    }
    array_file.save(tmp_path / "nsfw.safetensors", old)
    with pytest.raises(BundleError, match=r"does not fit Safety of this code .*; retrain"):
        weights.load(Safety(), tmp_path / "nsfw.safetensors")
