"""Slate sampling: weighted draws without replacement, with known propensities."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.offers import Offers, Slates
from datagen.users import Rows

# Of what is still free on the page, by channel: what one cannot fill falls to the next.
QUOTAS: Final = (0.5, 0.5, 1.0)

Counts = NDArray[np.int64]


def sample_slates(offers: Offers, length: Counts, rng: np.random.Generator) -> Slates:
    """Sample a slate of `length` tweets for each session.

    A tweet of weight w arrives after Exponential(w), and the first to arrive are shown, so that
    each propensity has a closed form (bottom-k sampling: Cohen and Kaplan, 2007).
    """
    offers, arrival, rivals = _one_per_author(offers, rng.exponential(1.0, len(offers.tweet)))
    order = np.lexsort((arrival, offers.channel, offers.session))
    offers, arrival, rivals = offers.take(order), arrival[order], rivals[order]
    lane = offers.session.astype(np.int64) * len(QUOTAS) + offers.channel
    lanes = len(length) * len(QUOTAS)
    waiting = np.bincount(lane, minlength=lanes)
    quota = _quotas(length, waiting.reshape(-1, len(QUOTAS))).ravel()
    begin = np.cumsum(waiting) - waiting
    shown = np.arange(len(lane)) - begin[lane] < quota[lane]
    left_out = waiting > quota
    closed = np.full(lanes, np.inf)  # when the first who is not shown arrives
    closed[left_out] = arrival[(begin + quota)[left_out]]
    in_time = -np.expm1(-rivals * closed[lane])
    propensity = offers.share * offers.weight / rivals * in_time
    return _shuffled(offers.session[shown], offers.tweet[shown], propensity[shown], rng)


def _one_per_author(
    offers: Offers, effort: NDArray[np.float64]
) -> tuple[Offers, NDArray[np.float64], NDArray[np.float64]]:
    """The first arrival of each author in the best channel that has the author.

    Returns:
        These offers, their arrival times, and the total weight of the author's tweets there.
    """
    arrival = effort / offers.weight
    group = offers.session.astype(np.int64) * (int(offers.author.max(initial=0)) + 1)
    group += offers.author
    order = np.lexsort((arrival, offers.channel, group))
    leads = np.diff(group[order], prepend=-1) > 0
    first = order[leads]
    place = np.cumsum(leads) - 1  # of the author among the first
    beside = offers.channel[order] == offers.channel[first][place]
    rivals = np.bincount(place, offers.weight[order] * beside, len(first)).astype(np.float64)
    return offers.take(first), arrival[first], rivals


def _quotas(length: Counts, waiting: Counts) -> Counts:
    """(sessions, channels) How many tweets each channel shows."""
    free = length
    columns = []
    for channel, part in enumerate(QUOTAS):
        columns.append(np.minimum(np.ceil(part * free).astype(np.int64), waiting[:, channel]))
        free = free - columns[-1]
    return np.column_stack(columns)


def _shuffled(
    session: Rows, tweet: Rows, propensity: NDArray[np.float64], rng: np.random.Generator
) -> Slates:
    """Slates in random order, so that a position carries no information about its tweet."""
    order = np.lexsort((rng.random(len(session)), session))
    first = np.searchsorted(session, session)  # of each one's session
    position = (np.arange(len(session)) - first).astype(np.int32)
    return Slates(session, tweet[order], position, propensity[order])
