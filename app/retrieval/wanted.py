"""Which tweets are those that a viewer asks more or less of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.query import Query
from app.pipeline.steering import NO_TOKENS, Targets
from ml.state.feature_state import FeatureState
from ml.state.tables.metadata import NAMES
from ml.state.tables.mutes import MutedTexts

FOLLOWED, STRANGERS = "InNetwork", "Strangers"  # by whom the viewer follows
REPLIES: Final = "replies"


def among(
    state: FeatureState,
    sources: Sequence[str],
    query: Query,
    targets: Targets,
    batch: CandidateBatch,
) -> Mask:
    """Which rows are among some targets.

    Args:
        sources: the names of the sources that the bits of the batch stand for; the first that
            proposed a row is its source.
    """
    tweet, tweets = batch.tweet, state.tweets
    found = np.isin(batch.author, targets.authors)
    if len(targets.topics):
        found |= np.isin(tweets.tags[tweet], targets.topics).any(axis=1)
    if targets.phrases:
        found |= tweets.wording.matches(tweet, MutedTexts(targets.phrases, NO_TOKENS))
    for form in targets.forms:
        found |= tweets.is_reply[tweet] if form == REPLIES else _shows(state, form, batch)
    if targets.sources:
        followed = np.isin(batch.author, query.neighborhood.following)
        found |= followed & (FOLLOWED in targets.sources)
        found |= ~followed & (STRANGERS in targets.sources)
        bits = sum(1 << bit for bit, name in enumerate(sources) if name in targets.sources)
        first = batch.sources & (~batch.sources + np.uint32(1))  # the lowest bit
        found |= (first & np.uint32(bits)) != 0
    return found


def _shows(state: FeatureState, form: str, batch: CandidateBatch) -> Mask:
    """Which tweets have media, or links."""
    shows: Mask = state.tweets.metadata[batch.tweet, NAMES.index(form)] > 0
    return shows
