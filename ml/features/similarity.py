"""How near are the viewer and the tweet in each of the three embeddings?"""

from __future__ import annotations

from typing import Final

from ml.embeddings.realgraph import tie_strength
from ml.features.numbers import Pair
from ml.kernels import inline_kernel


@inline_kernel
def simclusters_similarity(pair: Pair) -> float:
    """Nearness of viewer and tweet by communities, declared and learned (SimClusters)."""
    return pair.communities


@inline_kernel
def twhin_similarity(pair: Pair) -> float:
    """Cosine of the two-tower vectors of viewer and tweet, moved to 0–1 (TwHIN)."""
    return min(max((1 + pair.taste) / 2, 0.0), 1.0)


@inline_kernel
def realgraph_strength(pair: Pair) -> float:
    """Tie strength from viewer to author (RealGraph)."""
    return tie_strength(pair.tie, pair.follows, pair.followed_back)


FEATURES: Final = (simclusters_similarity, twhin_similarity, realgraph_strength)
