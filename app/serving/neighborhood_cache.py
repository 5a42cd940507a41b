"""A cache of neighborhoods: each is looked up again when anything in the graph has changed."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from ml.state.feature_state import FeatureState
from ml.state.tables.neighborhood import Neighborhood

MAX_VIEWERS: Final = 2_000  # those who asked last; some ten kilobytes each


class NeighborhoodCache:
    """A neighborhood depends on nothing but the graph: neither on the time nor on engagements."""

    def __init__(self, state: FeatureState) -> None:
        self._state = state
        self._version = -1  # of the graph, that all of them are of
        self._known: OrderedDict[int, Neighborhood] = OrderedDict()

    def of(self, viewer: int) -> Neighborhood:
        """The users around one viewer."""
        graph = self._state.graph
        if graph.version != self._version:
            self._known.clear()
            self._version = graph.version
        known = self._known.get(viewer)
        if known is not None:
            self._known.move_to_end(viewer)
            return known
        known = self._known[viewer] = Neighborhood.of(graph, viewer)
        if len(self._known) > MAX_VIEWERS:
            self._known.popitem(last=False)
        return known
