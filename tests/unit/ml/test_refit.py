"""What serves has learned from everything before the cut, in the space that the ranker knows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ml.bundle import Bundle
from ml.bundle.bundle import Models
from ml.state.events import Events
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import two_tower
from ml.training.refit import RefitData

Catalog = tuple[Users, Tweets]


def _refitted(bundle: Bundle, events: Events, catalog: Catalog, has_times: bool) -> Models:
    data = RefitData.of(events, *catalog, 12.0, seed=0, has_times=has_times)
    tower = two_tower.refit(bundle.models.tower, *catalog, data.viewers, data.positive, seed=0)
    return replace(bundle.models, tower=tower, communities=data.communities)


def _vectors(models: Models) -> np.ndarray:
    with torch.inference_mode():
        tags = torch.arange(1, 200)[:, None]
        nothing = torch.zeros((199, 1), dtype=torch.long)
        content = models.tower.content(tags, nothing, models.tower.authors(tags[:, 0]))
        return models.tower.tweet(content).numpy()


def test_towers_go_on_from_where_they_are(
    tiny_bundle: Bundle, tiny_events: Events, tiny_catalog: Catalog
) -> None:
    before = _vectors(tiny_bundle.models)
    for has_times in (True, False):
        after = _vectors(_refitted(tiny_bundle, tiny_events, tiny_catalog, has_times))
        cosine = np.einsum("ij,ij->i", before, after)
        assert cosine.min() < 1 - 1e-6  # something was learned
        assert np.median(cosine) > 0.9
    np.testing.assert_array_equal(before, _vectors(tiny_bundle.models))  # those stay as they were


def test_the_same_log_gives_the_same_models(
    tiny_bundle: Bundle, tiny_events: Events, tiny_catalog: Catalog
) -> None:
    one, other = (_refitted(tiny_bundle, tiny_events, tiny_catalog, True) for _ in range(2))
    np.testing.assert_array_equal(_vectors(one), _vectors(other))
    assert one.communities is not None
    assert other.communities is not None
    np.testing.assert_array_equal(one.communities.interest, other.communities.interest)


def test_without_engagements_nothing_changes(tiny_bundle: Bundle, tiny_catalog: Catalog) -> None:
    models = _refitted(tiny_bundle, Events.none(), tiny_catalog, True)
    np.testing.assert_array_equal(_vectors(models), _vectors(tiny_bundle.models))
    assert models.communities is None
