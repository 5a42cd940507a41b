"""Tweets are found by their topic, in the order of the list."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.retrieval.topic_index import BUCKETS, TopicIndex

topics = st.one_of(
    st.integers(-(2**31), 2**31 - 1), st.sampled_from([0, 1, -1, 1 + BUCKETS, 1 - BUCKETS])
)


@given(st.lists(topics), topics)
def test_the_tweets_on_a_topic_are_found_in_the_order_of_the_list(
    listed: list[int], topic: int
) -> None:
    topic_of = np.array(listed, np.int32)
    near = TopicIndex.of(topic_of).near(topic)
    assert near[topic_of[near] == topic].tolist() == np.flatnonzero(topic_of == topic).tolist()
    assert (np.diff(near) > 0).all()
    assert ((topic_of[near] - np.int64(topic)) % BUCKETS == 0).all()
