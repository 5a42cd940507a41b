"""All that a feature may read: numbers of a moment, an author, a tweet, a viewer, a topic, a pair.

The type of a feature's argument says what the feature depends on, and so how often it is computed:
nothing of a viewer can be part of what is computed for a `Tweet`. Each holds only what features of
it read: a number more makes the loop that writes features longer to compile.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ml.state.tables.counted import Counted

DAY_SECONDS: Final = 86_400


class Moment(NamedTuple):
    """When the tweet may be shown."""

    second_of_day: int  # UTC


class Author(NamedTuple):
    """Who wrote the tweet; nothing is counted where nobody knows."""

    counts: Counted
    followers: int


class Tweet(NamedTuple):
    """A tweet at a moment."""

    counts: Counted
    age_hours: float  # NaN where nobody knows
    has_media: float
    is_reply: bool
    text_length: float  # log scale
    toxicity: float  # probability; NaN where no model was trained
    nsfw: float


class Viewer(NamedTuple):
    """Who may see the tweet, at a moment."""

    counts: Counted
    followers: int
    declares: bool  # any interest
    neighbors: int  # whom they follow and who follows them, as far as asked what they declare


class Topic(NamedTuple):
    """A viewer and the topic of a tweet, and what the two have to do with each other."""

    viewer: Viewer
    counts: Counted  # what the viewer did about the topic
    declared: bool
    neighbors_declaring: int  # neighbors of the viewer who declare it


class Pair(NamedTuple):
    """A viewer and a tweet, and what the two have to do with each other."""

    tie: Counted  # what the viewer did about the author
    complaints: float  # of the viewer, about anything
    author_followers: int
    toxicity: float  # of the tweet; NaN where no model was trained
    nsfw: float
    follows: bool
    followed_back: bool
    shared_interests: int  # declared by the viewer and by the author
    neighbors_following: int  # neighbors of the viewer who follow the author
    followees_engaged: int  # followees of the viewer who engaged with the tweet lately
    communities: float  # similarity of the community vectors, 0–1
    taste: float  # cosine of the two-tower vectors, -1–1
