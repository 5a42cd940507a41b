"""What goes with the history of the viewer of a query: looked up once per request."""

from __future__ import annotations

from typing import Final

from app.retrieval.last_query import LastQuery
from ml.embeddings.item_item import ItemItem
from ml.state.feature_state import FeatureState


class CoEngaged:
    """The answer to the last query is remembered."""

    def __init__(self, state: FeatureState) -> None:
        self.of: Final = LastQuery(lambda query: ItemItem.of(state, query.viewer))
        """The tweets that go with the viewer's history."""
