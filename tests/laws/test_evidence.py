"""Where nobody logged what people were shown, value is by evidence, and all of it adds up."""

from __future__ import annotations

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.pipeline.batch import CandidateBatch
from app.pipeline.trace import Trace
from app.rankers.heavy import HeavyRanker
from app.rankers.listwise import EVIDENCE
from app.serving.engine import Engine
from ml import bundle
from ml.actions import ENGAGEMENTS
from ml.embeddings.als import Als, Floats, taste
from ml.errors import BundleError
from ml.evidence import columns
from ml.evidence.columns import UNKNOWN
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.engagements import ENGAGEMENT_KINDS
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import als, crossfit, listwise_stage


class Seen(Exception):
    """What embeddings would be fitted on is known."""


def test_a_value_by_evidence_is_trained_only_where_exposure_is_not_logged(
    chosen_engine: Engine, tiny_engine: Engine
) -> None:
    for engine, is_there in ((chosen_engine, True), (tiny_engine, False)):
        assert engine.bundle is not None
        assert (engine.bundle.models.listwise is not None) is is_there
        assert (engine.bundle.manifest.listwise is not None) is is_there
        ranker = engine.products["for_you"].mixer.scoring.ranker
        assert isinstance(ranker, HeavyRanker)
        assert (ranker.listwise is not None) is is_there


def test_evidence_adds_up_to_the_score(chosen_engine: Engine) -> None:
    for user in chosen_engine.state.users.ids.ids(np.arange(0, 100, 9, dtype=np.int32)):
        query = chosen_engine.hydrate.query(user, 20)
        pool = chosen_engine.products["for_you"].run(query).batch
        parts = [pool[name] for name in pool.columns if name.startswith(EVIDENCE)]
        score = 1 / (1 + np.exp(-np.sum(parts, axis=0, dtype=np.float64)))
        np.testing.assert_allclose(score, pool["base_score"], atol=1e-5)


def test_evidence_is_the_same_alone_and_among_many(chosen_engine: Engine) -> None:
    mixer, tweet = chosen_engine.products["for_you"].mixer, np.arange(0, 400, dtype=np.int32)
    batch = CandidateBatch.of(tweet, chosen_engine.state.tweets.author[tweet])
    for user in chosen_engine.state.users.ids.ids(np.array([3, 50, 80], np.int32)):
        query = chosen_engine.hydrate.query(user, 20)
        among, _ = mixer.score(query, batch, Trace())
        for row in range(0, 400, 57):
            alone, _ = mixer.score(query, batch.take(np.array([row])), Trace())
            assert alone["base_score"][0] == pytest.approx(among["base_score"][row], abs=1e-5)


def test_somebody_unknown_sees_what_is_popular(chosen_engine: Engine) -> None:
    query = chosen_engine.hydrate.query("nobody-knows-me", 20)
    served = chosen_engine.products["for_you"].run(query)
    assert served.product.name == "newcomer"
    assert len(served.batch) == 20
    assert np.isfinite(served.batch["base_score"]).all()


def test_an_explained_page_shows_its_evidence(chosen_engine: Engine, tiny_engine: Engine) -> None:
    for engine, is_there in ((chosen_engine, True), (tiny_engine, False)):
        user = engine.state.users.ids.id(5)
        with TestClient(create_app(engine=engine)) as client:
            for item in client.get(f"/timeline/{user}?explain=true").json()["items"]:
                if is_there:
                    log_odds = sum(item["evidence"].values())
                    expected = 1 / (1 + np.exp(-log_odds))
                    assert item["base_score"] == pytest.approx(expected, abs=1e-4)
                else:
                    assert item.get("evidence") is None


def test_what_counts_for_the_unknown_counts_for_nobody_else(chosen_engine: Engine) -> None:
    known = chosen_engine.state.users.ids.id(5)
    for user, is_known in (("nobody-knows-me", False), (known, True)):
        query = chosen_engine.hydrate.query(user, 20)
        pool = chosen_engine.products["for_you"].run(query).pool
        varies = [np.ptp(pool[f"{EVIDENCE}{name}_if_unknown"]) > 0 for name in UNKNOWN]
        assert any(varies) is not is_known


def test_changed_evidence_is_refused_by_name(
    chosen_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifacts = chosen_engine.settings.artifacts
    assert bundle.load(artifacts) is not None

    def otherwise(gram: Floats, engaged: Floats) -> np.ndarray:
        return 1.01 * taste(gram, engaged)

    monkeypatch.setattr(columns, "taste", otherwise)
    with pytest.raises(BundleError, match=r"evidence 'als'.*retrain"):
        bundle.load(artifacts)


@pytest.mark.parametrize("has_times", [True, False])
def test_embeddings_that_are_evidence_have_not_seen_what_is_chosen(
    has_times: bool,
    chosen_engine: Engine,
    tiny_events: Events,
    tiny_catalog: tuple[Users, Tweets],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = tiny_events[np.isin(tiny_events.action, ENGAGEMENTS)]
    since = int(np.quantile(known.at, 0.8))
    seen: list[np.ndarray] = []

    def watched(state: FeatureState, now: int, seed: int) -> Als:
        index = state.engaged.index
        held = state.engaged.is_on[: len(index)][:, ENGAGEMENT_KINDS].any(axis=1)
        seen.append(index.left[held].astype(np.int64) << 32 | index.right[held])
        raise Seen  # what is made of it has no part in this

    monkeypatch.setattr(als, "train", watched)
    assert chosen_engine.bundle is not None
    with pytest.raises(Seen):
        listwise_stage.train(
            chosen_engine.bundle, known, *tiny_catalog, since if has_times else None, seed=0
        )
    if has_times:
        is_part = known.at >= since
    else:
        is_part = crossfit.folds_of(known) == crossfit.CALIBRATION_FOLD
    pair = known.user.astype(np.int64) << 32 | known.tweet
    only_then = np.setdiff1d(pair[is_part], pair[~is_part])
    assert len(only_then) > 100
    assert len(seen[0]) > 100
    assert not np.isin(seen[0], only_then).any()
