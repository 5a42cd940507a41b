"""What each action is worth: weights of the heads, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ml.heads import HEADS


@dataclass(frozen=True, slots=True)
class Preset:
    """Weights per probability; or, where `per_average`, what an average impression contributes
    to the sum, whatever the head's base rate.

    `without_head` is what its source weighs besides, and nothing here predicts.
    """

    about: str
    weights: Mapping[str, float]
    per_average: bool = False
    without_head: Mapping[str, float] = field(default_factory=dict)

    def resolve(self, means: Mapping[str, float]) -> dict[str, float]:
        """Weights per probability, for heads of these mean probabilities."""
        if not self.per_average:
            return dict(self.weights)
        return {
            name: share / means[name]
            for name, share in self.weights.items()
            if means.get(name, 0) > 0
        }


PRESETS: Final[Mapping[str, Preset]] = {
    "balanced": Preset(
        "every action by how rare it is, so that none drowns the others",
        {head.name: head.balance for head in HEADS},
        per_average=True,
    ),
    "seed": Preset(
        "engagement of any kind, following, and nearness by the embeddings alone",
        {"engagement": 0.5, "follow": 0.2, "similarity": 0.3},
    ),
    "twitter-2023": Preset(
        "the weights that Twitter published for its heavy ranker in April 2023",
        {"like": 0.5, "retweet": 1.0, "reply": 13.5, "negative": -74.0, "report": -369.0},
        without_head={
            "reply_engaged_by_author": 75.0,
            "good_profile_click": 12.0,
            "good_click": 11.0,
            "good_click_v2": 10.0,
            "video_playback50": 0.005,
        },
    ),
    "x-2026": Preset(
        "the weights that X published in August 2026; negative is the mean of its three",
        {
            "like": 0.5,
            "retweet": 1.0,
            "reply": 5.0,
            "follow": 4.0,
            "negative": round((-43.2 - 58.8 - 31.2) / 3, 1),  # not interested, mute, block
            "report": -234.0,
        },
        without_head={
            "copy_link_share": 20.0,
            "reply_to_mutual_follow": 15.0,
            "quote": 5.0,
            "share_by_dm": 5.0,
            "share": 2.0,
            "click": 0.4,
            "open_link": 0.2,
            "photo_expand": 0.05,
            "video_open": 0.05,
            "quoted_click": 0.05,
            "video_quality_view": 0.05,
            "unexplored": 0.02,
            "dwell_second": 0.004,
            "not_dwelled": -0.02,
        },
    ),
}
