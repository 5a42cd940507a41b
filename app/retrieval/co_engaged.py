"""What goes with the history of the viewer of a query: looked up once per request."""

from __future__ import annotations

from app.pipeline.query import Query
from ml.embeddings.item_item import ItemItem
from ml.state.feature_state import FeatureState


class CoEngaged:
    """Remembers the answer to the last query; nothing changes the state while one is answered."""

    def __init__(self, state: FeatureState) -> None:
        self._state = state
        self._last: tuple[Query, ItemItem] | None = None

    def of(self, query: Query) -> ItemItem:
        """The tweets that go with the viewer's history."""
        if self._last is None or self._last[0] is not query:
            self._last = query, ItemItem.of(self._state, query.viewer)
        return self._last[1]
