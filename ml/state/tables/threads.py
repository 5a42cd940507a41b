"""Which tweet began the conversation, also when it is heard of last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ml.arrays import Rows
from ml.state.structures.vocabulary import Vocabulary


class Reply(NamedTuple):
    """A tweet of a thread whose beginning is not here yet."""

    row: int
    begins: bool  # whether what is waited for began the thread; else it is what was answered


class Threads:
    """A thread is the row of its first tweet; of what was answered where that is not known; of
    the tweet itself where neither is."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[Reply]] = {}

    def join(
        self,
        conversation: Rows,
        ids: Vocabulary,
        row: Rows,
        parent_id: Iterable[str | None],
        began_id: Iterable[str | None],
    ) -> None:
        """Set `conversation` for new rows, and for those that waited for them."""
        for child, parent, began in zip(row.tolist(), parent_id, began_id, strict=True):
            begins = None if began is None else ids.row(began)
            if begins is not None:
                conversation[child] = begins
                continue
            if began is not None:
                self.waiting.setdefault(began, []).append(Reply(child, begins=True))
            answered = None if parent is None else ids.row(parent)
            if answered is not None:
                conversation[child] = answered
            elif parent is not None:
                self.waiting.setdefault(parent, []).append(Reply(child, begins=False))
        if self.waiting:
            self._resolve(conversation, ids, row)

    def renumber(self, new: Rows) -> None:
        """`new` says where each tweet is now, -1 where it is no more."""
        self.waiting = {
            id_: left
            for id_, replies in self.waiting.items()
            if (left := [Reply(int(new[r.row]), r.begins) for r in replies if new[r.row] >= 0])
        }

    def _resolve(self, conversation: Rows, ids: Vocabulary, row: Rows) -> None:
        for come in np.sort(row).tolist():
            for reply in self.waiting.pop(ids.id(come), ()):
                if reply.begins or conversation[reply.row] == reply.row:
                    conversation[reply.row] = come
