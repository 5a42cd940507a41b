"""The latest engagements of each user, brought up to date one by one, are those sorted anew."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.state.structures.event_order import NEVER
from ml.state.tables.history import LENGTH, History

CHANGES = st.lists(
    st.tuples(
        st.integers(0, 1), st.integers(0, LENGTH + 4), st.just(NEVER) | st.integers(0, 200)
    ),
    max_size=200,
)  # fmt: skip
Change = tuple[int, int, int]


@given(CHANGES, st.lists(st.integers(0, 200), min_size=2 * LENGTH), st.integers(1, 50))
def test_it_holds_the_newest_of_all(changes: list[Change], begun: list[int], size: int) -> None:
    """`changes` are taken back and done again, over a history that is full."""
    steps = [(n % 2, n // 2, at) for n, at in enumerate(begun)]
    steps += [(user, tweet, at) for user, tweet, at in changes]
    history, known = History(2), dict[tuple[int, int], tuple[int, int]]()
    for start in range(0, len(steps), size):
        part = {
            step[:2]: (step[2], start + n) for n, step in enumerate(steps[start : start + size])
        }
        known.update(part)
        (user, tweet), (at, tiebreak) = np.array([*part]).T, np.array([*part.values()]).T
        short = history.update(
            user.astype(np.int32), tweet.astype(np.int32), at.copy(), tiebreak.astype(np.uint64)
        )
        for who in short.tolist():
            held = [(tweet, *known[user, tweet]) for user, tweet in known if user == who]
            theirs, then, tie = np.array([one for one in held if one[1] != NEVER]).reshape(-1, 3).T
            owner = np.zeros(len(theirs), np.int64)
            users = np.array([who], np.int32)
            history.fill(
                users, owner, theirs.astype(np.int32), then.copy(), tie.astype(np.uint64)
            )  # fmt: skip
        for who in range(2):
            newest = sorted(
                ((at, tie, tweet) for (user, tweet), (at, tie) in known.items()
                 if user == who and at != NEVER), reverse=True,
            )[:LENGTH]  # fmt: skip
            tweets, times, there = history.of(np.array([who]))
            assert tweets[there].tolist() == [tweet for _, _, tweet in newest]
            assert times[there].tolist() == [at for at, _, _ in newest]
            assert there[0, : len(newest)].all()
