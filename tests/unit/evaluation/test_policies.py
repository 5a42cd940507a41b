"""The neighbours show what they say they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import cosine_similarity

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.pipeline.trace import Trace
from app.rankers.listwise import EVIDENCE
from app.serving.engine import Engine
from app.settings import Settings
from datagen.parameters import DAY
from evaluation.offline import ablation
from evaluation.offline.dataset import Dataset
from evaluation.offline.replay_evaluation import ReplayEnvironment
from evaluation.policies import ease, factorisation, simple, tuning
from evaluation.policies.ease import Ease
from evaluation.policies.engaged_pairs import EngagedPairs
from evaluation.policies.factorisation import Factorisation
from evaluation.policies.item_item import ItemItem
from evaluation.policies.policy import Best, Moment, Policy, Score, best
from evaluation.policies.product import EvaluationError, Product, with_ranker
from evaluation.policies.refitted import Refitted
from evaluation.policies.registry import neighbours
from evaluation.policies.simple import PopularLately
from ml.arrays import Rows
from ml.bundle import Bundle
from ml.errors import FeedError
from ml.evidence.columns import GROUPS
from ml.state.feature_state import FeatureState
from ml.state.tables.counted import engaged
from ml.state.tables.neighborhood import Neighborhood, among

Ask = Callable[[Policy], list[np.ndarray]]


@pytest.fixture(scope="module")
def stage(tiny_dataset: Dataset, tiny_settings: Settings, tiny_bundle: Bundle) -> ReplayEnvironment:
    return ReplayEnvironment.set(tiny_dataset, tiny_settings, tiny_bundle)


@pytest.fixture(scope="module")
def moments(stage: ReplayEnvironment) -> list[Moment]:
    return [stage.moment(user, stage.dataset.cut) for user in range(0, 100, 5)]


def test_the_best_are_those_that_sorting_finds(rng: np.random.Generator) -> None:
    for _ in range(200):
        score = np.round(rng.random(50), 1)
        tweet = rng.permutation(50).astype(np.int32)
        count = int(rng.integers(1, 60))
        expected = tweet[np.lexsort((tweet, -score))][:count]
        np.testing.assert_array_equal(best(tweet, score, count), expected)


def test_nobody_shows_what_the_product_may_not(moments: list[Moment]) -> None:
    """However many of the best are not admitted."""
    for moment in moments:
        shown = Best(simple.newest).show(moment).tweet
        everything = moment.admitted(moment.written)
        written = moment.state.tweets.created_at
        assert len(shown) == 20
        np.testing.assert_array_equal(shown, moment.admitted(shown))
        np.testing.assert_array_equal(written[shown], np.sort(written[everything])[::-1][:20])


def test_nothing_is_admitted_before_it_is_written(moments: list[Moment]) -> None:
    for moment in moments:
        created_at = moment.state.tweets.created_at
        everything = np.arange(len(moment.state.tweets), dtype=np.int32)
        assert (created_at[everything] > moment.query.now).any()
        assert (created_at[moment.admitted(everything)] <= moment.query.now).all()


def test_popular_is_by_engagements(moments: list[Moment]) -> None:
    popular = Best(simple.Popular())
    for moment in moments:
        counts = moment.state.tweet_counts
        shown = engaged(counts.read(popular.show(moment).tweet, moment.query.now))
        assert (np.diff(shown) <= 0).all()


def test_following_shows_nobody_else(moments: list[Moment]) -> None:
    for moment in moments:
        shown = Best(simple.following).show(moment).tweet
        author = moment.state.tweets.author[shown]
        assert among(author, moment.query.neighborhood.following).all()


def test_random_is_the_same_for_the_same_question(moments: list[Moment]) -> None:
    first = [Best(simple.random).show(moment).tweet.tolist() for moment in moments]
    again = [Best(simple.random).show(moment).tweet.tolist() for moment in moments]
    assert first == again
    assert first[0] != first[1]


@pytest.mark.parametrize("fit", [factorisation.tuned_als(), Factorisation.bpr, ease.tuned()])
def test_what_is_learned_from_engagements_shows_what_others_touched(
    fit: Callable[[FeatureState], Score], moments: list[Moment]
) -> None:
    model = Refitted(fit, DAY)
    touched = EngagedPairs.of(moments[0].state).popularity > 0
    for moment in moments:
        assert touched[Best(model).show(moment).tweet].all()
    assert model.fitted_at == moments[0].query.now
    later = replace(moments[0], query=moments[0].query._replace(now=moments[0].query.now + DAY))
    Best(model).show(later)
    assert model.fitted_at == later.query.now


def test_item_item_is_the_cosine_between_tweets(moments: list[Moment]) -> None:
    liked = EngagedPairs.of(moments[0].state).matrix.toarray()
    cosine = cosine_similarity(liked.T)
    model = ItemItem.of(moments[0].state)
    for moment in moments:
        mine = liked[moment.query.viewer] > 0
        expected = cosine[:, mine].sum(axis=1)[moment.fresh]
        np.testing.assert_allclose(model(moment, moment.fresh), expected, atol=1e-4)


def test_ease_keeps_no_weight_of_a_tweet_for_itself(rng: np.random.Generator) -> None:
    """And it is the ridge regression of each tweet on all others."""
    liked = csr_matrix((rng.random((200, 12)) < 0.3).astype(np.float32))
    weight = Ease.fit(liked, 5.0).weight
    x = liked.toarray()
    for tweet in range(12):
        others = np.delete(np.arange(12), tweet)
        ridge = Ridge(alpha=5.0, fit_intercept=False).fit(x[:, others], x[:, tweet])
        np.testing.assert_allclose(weight[others, tweet], ridge.coef_, atol=1e-4)
    assert not np.diag(weight).any()


def test_popular_lately_is_by_the_engagements_of_a_week(moments: list[Moment]) -> None:
    pairs = EngagedPairs.of(moments[0].state)
    lately = pairs.where(pairs.at >= pairs.at.max() - 7 * DAY).popularity
    shown = Best(PopularLately.of(moments[0].state)).show(moments[0]).tweet
    assert (np.diff(lately[shown]) <= 0).all()
    assert lately[shown[0]] > 0


def test_tuning_chooses_what_predicts_the_last_pairs(moments: list[Moment]) -> None:
    pairs = EngagedPairs.of(moments[0].state)
    later = pairs.split(tuning.SEED)[1].matrix.toarray()

    class Foresight:
        def __init__(self, knows: bool) -> None:
            self.seen = later if knows else -later

        def scores(self, user: Rows) -> tuning.Scores:
            return np.asarray(self.seen[user], np.float32)

    assert tuning.choose(pairs, [False, True], lambda _, knows: Foresight(knows))


def test_without_the_library_it_is_missing(
    stage: ReplayEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factorisation, "AVAILABLE", False)
    policies, missing = neighbours(stage.engine, stage.dataset, None)
    assert "als" not in policies
    assert any("foryou[evaluation]" in name for name in missing)


def test_what_is_swapped_is_swapped_in_the_product_that_answers(
    stage: ReplayEnvironment, moments: list[Moment]
) -> None:
    """A viewer who follows nobody is answered by another product."""
    nobody = Neighborhood.nobody()
    alone = moments[0].query._replace(neighborhood=nobody, tie_strength=np.empty(0, np.float32))

    class Last:
        def score(self, query: Query, batch: CandidateBatch) -> dict[str, np.ndarray]:
            return {"base_score": batch.tweet.astype(np.float32)}

    product = stage.engine.products["for_you"]
    assert product.run(alone).product.name != product.name
    swapped = with_ranker(product, lambda ranker: Last()).run(alone)
    assert "Last" in {span.component for span in swapped.trace.spans}


def test_every_product_that_answered_is_taken_apart(
    stage: ReplayEnvironment, tiny_bundle: Bundle
) -> None:
    def sources(*answered: str) -> set[str]:
        found = ablation.parts(stage.engine, tiny_bundle, answered)
        return {part.name for part in found if part.kind == "source"}

    assert "Communities" not in sources("for_you")
    assert "Communities" in sources("for_you", "discovery")
    assert "InNetwork" not in sources("discovery")


def test_evidence_is_left_out_together_with_all_that_is_made_of_it(chosen_engine: Engine) -> None:
    """Where a listwise stage ranks, whether it is a feature or not."""
    assert chosen_engine.bundle is not None
    found = ablation.parts(chosen_engine, chosen_engine.bundle, ["for_you"])
    without = {(part.kind, part.name): part.policy for part in found}
    assert {name for kind, name in without if kind == "evidence"} == set(GROUPS)
    tweet = np.arange(0, 400, dtype=np.int32)
    batch = CandidateBatch.of(tweet, chosen_engine.state.tweets.author[tweet])
    query = chosen_engine.hydrate.query("3", 10)

    def weighed(policy: Policy) -> set[str]:
        assert isinstance(policy, Product)
        scored, _ = policy.product.mixer.score(query, batch, Trace())
        columns = {name: scored[name] for name in scored.columns if name.startswith(EVIDENCE)}
        return {name.removeprefix(EVIDENCE) for name, column in columns.items() if column.any()}

    everything = weighed(Product(chosen_engine.products["for_you"]))
    gone = everything - weighed(without["evidence", "age"])
    assert gone == {*GROUPS["age"], "age_if_new"}
    gone = everything - weighed(without["features", "embedding"])
    assert gone == {
        "simclusters_similarity", "realgraph_strength", "twhin_similarity",
        "twhin_similarity_if_new", "twhin_similarity_if_unknown",
    } & everything  # fmt: skip
    assert "twhin_similarity" in gone


def test_the_truth_under_our_rules_is_between_the_product_and_the_bare_truth(
    report: dict[str, Any],
) -> None:
    value = {name: by["value@10"]["value"] for name, by in report["metrics"].items()}
    assert value["for_you"] < value["oracle_ranker_under_rules"] < value["oracle_ranker"]


def test_without_rules_the_order_is_worth_more_than_the_product_and_less_than_the_truth(
    report: dict[str, Any],
) -> None:
    value = {name: by["value@10"]["value"] for name, by in report["metrics"].items()}
    assert value["for_you"] < value["for_you_without_rules"] < value["oracle_ranker"]


def test_a_product_that_fails_is_not_evaluated(
    stage: ReplayEnvironment, moments: list[Moment]
) -> None:
    class Broken:
        def fetch(self, query: Query, limit: int) -> CandidateBatch:
            raise OSError("gone")

    product = stage.engine.products["for_you"]
    first, *others = product.mixer.candidates
    mixer = replace(product.mixer, candidates=[replace(first, source=Broken()), *others])
    assert issubclass(EvaluationError, FeedError), "the command line answers in one line"
    with pytest.raises(EvaluationError, match="Broken failed"):
        Product(replace(product, mixer=mixer)).show(moments[0])
