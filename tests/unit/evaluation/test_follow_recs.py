"""Whether the people who are recommended are those who are followed later."""

from __future__ import annotations

from pathlib import Path

from app.settings import Settings
from evaluation.offline import follow_recommendations
from evaluation.offline.dataset import read
from ml.bundle import Bundle


def test_more_later_follows_are_foreseen_than_by_fame(tiny_data: Path, tiny_bundle: Bundle) -> None:
    recall = follow_recommendations.recall(read(tiny_data, tiny_bundle), tiny_bundle, Settings())
    assert recall["all"].follows == recall["from a tweet"].follows + recall["elsewhere"].follows > 0
    assert 1 >= recall["all"].recommended > recall["all"].popular > 0
