"""What goes with the history of the viewer of a query: looked up once per request."""

from __future__ import annotations

from typing import Final

from app.pipeline.query import Query
from app.retrieval.fresh_tweets import FreshTweets
from app.retrieval.last_query import LastQuery
from ml.embeddings.item_item import ALWAYS, ItemItem
from ml.state.feature_state import FeatureState


class CoEngaged:
    """The answer to the last query is remembered."""

    def __init__(self, state: FeatureState, fresh_tweets: FreshTweets | None = None) -> None:
        """
        Args:
            fresh_tweets: where given, only these are looked at.
        """

        def answer(query: Query) -> ItemItem:
            window = ALWAYS
            if fresh_tweets is not None:
                window = fresh_tweets.fresh(query.now).oldest, query.now
            return ItemItem.of(state, query.viewer, window=window)

        self.of: Final = LastQuery(answer)
        """The tweets that go with the viewer's history."""
