"""Ids that are joined by their letters are the same as those joined one by one."""

from __future__ import annotations

import numpy as np

from ml.state.structures.vocabulary import Vocabulary


def test_any_rows_in_any_order_are_joined() -> None:
    ids = [f"{place}é{'x' * (place % 9)}" for place in range(400)]
    some = Vocabulary(ids)
    rng = np.random.default_rng(7)
    for count in (0, 1, 2, 300):
        rows = rng.integers(0, len(ids), count).astype(np.int32)
        assert some.joined(rows) == " ".join(some.ids(rows))


def test_ids_that_come_later_are_joined_as_well() -> None:
    some = Vocabulary(["a"])
    for end in range(2, 60):
        rows = np.arange(len(some), dtype=np.int32)
        assert some.joined(rows) == " ".join(some.ids(rows))
        some.add([f"{'longer' * end}{end}"])
    assert some.kept(np.array([3, 1], np.int32)).joined(np.array([0, 1], np.int32)) == " ".join(
        [some.id(3), some.id(1)]
    )
