"""How near are the viewer and the tweet in each of the three embeddings?"""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.embeddings import realgraph, simclusters
from ml.features.pairs import Pairs, Values

COMMUNITIES: Final = simclusters.HashedInterests()


def simclusters_similarity(x: Pairs) -> Values:
    """Cosine of the community vectors of viewer and tweet (SimClusters)."""
    mine = COMMUNITIES.of_users(x.state, x.viewer_or_one)
    theirs = COMMUNITIES.of_tweets(x.state, x.tweet)
    return simclusters.cosine(mine, theirs)


def twhin_similarity(x: Pairs) -> Values:
    """Cosine of the two-tower vectors of viewer and tweet, moved to 0–1 (TwHIN)."""
    if len(x.viewer_vector) == 1:
        cosine = x.tweet_vector @ x.viewer_vector[0]
    else:
        cosine = np.einsum("ij,ij->i", x.viewer_vector, x.tweet_vector)
    nearness: Values = np.clip((1 + cosine) / 2, 0, 1)
    return nearness


def realgraph_strength(x: Pairs) -> Values:
    """Tie strength from viewer to author (RealGraph)."""
    return realgraph.of_counts(x.tie_counts, x.follows, x.followed_back)


FEATURES: Final = (simclusters_similarity, twhin_similarity, realgraph_strength)
