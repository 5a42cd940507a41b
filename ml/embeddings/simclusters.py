"""SimClusters: sparse community vectors of users and tweets (Satuluri et al., KDD 2020).

Two kinds of communities: those of declared interests and topics, by a stable hash, which are there
from the first second; and those learned from who follows and engages with whom. A tweet belongs to
the learned communities of its author and of all who engaged with it, as of this second, which are
remembered until that changes. The less is known of either side, the less the learned ones count.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.embeddings.communities import ACTIVE, CommunityArrays, Floats
from ml.embeddings.tweet_communities import MOST
from ml.kernels import kernel
from ml.state.structures.event_order import NEVER
from ml.state.structures.tokens import Tokens
from ml.state.tables.engagements import ENGAGEMENT_KINDS
from ml.state.tables.weights import UNIT

COMMUNITIES: Final = 150
TOKENS: Final = 3  # communities by hash, at most
ENGAGERS: Final = 64  # the newest, per tweet
SURE: Final = 3.0  # producers that make a viewer's communities half sure
SURE_OF_TWEET: Final = 1.0  # engagers, the author among them, that make a tweet's so

Numbers = NDArray[np.float64]


@kernel
def similarity(
    viewer: int,
    following: Rows,
    tweet: Rows,
    interests: Tokens,
    tags: Tokens,
    author_of: Rows,
    engaged: Rows,
    communities: CommunityArrays,
) -> Numbers:
    """(tweets,) how near a viewer is to each tweet, 0–1: the mean of the cosines by hash and by
    learned communities, the latter weighted by how sure both sides are of them.

    Args:
        viewer: row of a user; -1 for somebody who is not known.
        following: whom they follow.
        interests: of users, as tokens.
        tags: of tweets, the topic first.
        engaged: (users, LENGTH) tweets that each user engaged with, -1 where unused.
    """
    near = hashed_cosines(hashed(interests, viewer), tags, tweet)
    count, _, community, score, pull = communities[:5]
    vector, known = np.empty(count, np.float64), 0
    if viewer >= 0 and count > 0:
        vector, known = interested_in(
            viewer, following, engaged[viewer], author_of, community, score, pull, count
        )
    if known == 0:
        return near
    changed, as_of, its, its_weight, its_sure = communities[14:]
    stale, count = np.empty(len(tweet), np.int32), 0
    for row in tweet:
        stale[count], count = row, count + (as_of[row] != changed[row])
    if count > 0:
        _remember(stale[:count], author_of, communities)
    of_viewer = known / (known + SURE)
    for i in range(len(tweet)):
        row, cosine, k = tweet[i], 0.0, 0
        while k < MOST and its_weight[row, k] > 0:
            cosine += vector[its[row, k]] * its_weight[row, k]
            k += 1
        sure = of_viewer * its_sure[row]
        near[i] = (near[i] + sure * min(cosine, 1.0)) / (1 + sure)
    return near


@kernel
def _remember(tweet: Rows, author_of: Rows, communities: CommunityArrays) -> None:
    """Look up the learned communities of some tweets: those of the author and of the engagers."""
    count, half_life_seconds, _, _, _, interest, weight = communities[:7]
    start, length, rows, user, is_on, weights, at = communities[7:14]
    changed, as_of, its, its_weight, its_sure = communities[14:]
    whose, when, worth = _engagements(tweet, start, length, rows, user, is_on, weights, at)
    total, touched = np.empty(count, np.float64), np.empty((ENGAGERS + 1) * ACTIVE + 1, np.int32)
    total[:], last = 0.0, 0
    for row in tweet:
        found, entries, newest, author = 0.0, 0, NEVER, author_of[row]
        first, last = last, last + min(length[row], ENGAGERS)
        for place in range(first, last):
            newest = max(newest, when[place])
        for place in range(first, last + 1):  # the last is the author
            who, counts = author, 1.0
            if place < last:
                who, counts, age = whose[place], worth[place], newest - when[place]
                counts *= np.exp2(-age / half_life_seconds) if age > 0 else 1.0
            if who < 0 or counts == 0 or interest[who, 0] < 0:
                continue
            found += counts
            for k in range(ACTIVE):
                one = interest[who, k]
                if one >= 0:
                    touched[entries], entries = one, entries + (total[one] == 0)
                    total[one] += counts * weight[who, k]
        while entries > MOST:
            least = 0
            for k in range(entries):
                least = k if total[touched[k]] < total[touched[least]] else least
            entries -= 1
            total[touched[least]], touched[least] = 0.0, touched[entries]
        square = 0.0
        for k in range(entries):
            square += total[touched[k]] * total[touched[k]]
        for k in range(MOST):
            its_weight[row, k] = 0.0
            if k < entries:
                its[row, k], its_weight[row, k] = touched[k], total[touched[k]] / sqrt(square)
                total[touched[k]] = 0.0
        its_sure[row] = found / (found + SURE_OF_TWEET) if square > 0 else 0.0
        as_of[row] = changed[row]


@kernel
def interested_in(
    user: int,
    following: Rows,
    history: Rows,
    author_of: Rows,
    community: Rows,
    score: Floats,
    pull: Floats,
    count: int,
) -> tuple[Numbers, int]:
    """(communities,) of length 1: what a user is known for, and the communities of whom they follow
    and of the authors of what they engaged with lately; and of how many people that was."""
    vector, known = np.empty(count, np.float64), 0
    vector[:] = 0.0
    if community[user] >= 0:
        vector[community[user]] += score[user]
        known += 1
    for who in following:
        if community[who] >= 0:
            vector[community[who]] += pull[who]
            known += 1
    for tweet in history:
        author = author_of[tweet] if tweet >= 0 else -1
        if author >= 0 and community[author] >= 0:
            vector[community[author]] += pull[author]
            known += 1
    square = 0.0
    for weight in vector:
        square += weight * weight
    if square > 0:
        for one in range(count):
            vector[one] /= sqrt(square)
    return vector, known


@kernel
def _engagements(
    tweet: Rows,
    start: NDArray[np.int64],
    length: NDArray[np.int64],
    rows: Rows,
    user: Rows,
    is_on: NDArray[np.bool_],
    weights: Rows,
    at: NDArray[np.int64],
) -> tuple[Rows, NDArray[np.int64], Numbers]:
    """Who engaged with each tweet, when they last did, and what that weighs, 0 where it is off.

    The newest `ENGAGERS` of each tweet, one tweet after another. They are spread over memory, so
    all are read at once, by a loop that waits for nothing.
    """
    most = 0
    for row in tweet:
        most += min(length[row], ENGAGERS)
    whose, when = np.empty(most, np.int32), np.empty(most, np.int64)
    worth, found = np.empty(most, np.float64), 0
    for i in range(len(tweet)):
        last = start[tweet[i]] + length[tweet[i]]
        for place in range(max(start[tweet[i]], last - ENGAGERS), last):
            row, latest, weight = rows[place], NEVER, 0
            for kind in ENGAGEMENT_KINDS:
                latest = max(latest, at[row, kind] if is_on[row, kind] else NEVER)
                weight = max(weight, weights[row, kind] if is_on[row, kind] else 0)
            whose[found], when[found], worth[found] = user[row], latest, weight / UNIT
            found += 1
    return whose, when, worth


@kernel
def hashed(tokens: Tokens, row: int) -> Numbers:
    """(COMMUNITIES,) the vector of one user's interests, of length 1, or 0 where `row` is -1."""
    vector = np.empty(COMMUNITIES, np.float64)
    vector[:] = 0.0
    if row >= 0:
        for i in range(TOKENS):
            if tokens[row, i] != 0:
                vector[tokens[row, i] % COMMUNITIES] += 1
    square = 0.0
    for entry in vector:
        square += entry * entry
    for community in range(COMMUNITIES):
        vector[community] /= sqrt(max(square, 1.0))
    return vector


@kernel
def hashed_cosines(vector: Numbers, tokens: Tokens, row: Rows) -> Numbers:
    """(rows,) cosine of a user's vector with that of each row of tokens; 0 where either is
    empty."""
    near = np.empty(len(row), np.float64)
    for i in range(len(row)):
        product, square = 0.0, 0
        for j in range(TOKENS):
            token = tokens[row[i], j]
            if token != 0:
                product += vector[token % COMMUNITIES]
                for k in range(TOKENS):
                    other = tokens[row[i], k]
                    square += other != 0 and other % COMMUNITIES == token % COMMUNITIES
        near[i] = min(product / sqrt(max(square, 1)), 1.0)
    return near
