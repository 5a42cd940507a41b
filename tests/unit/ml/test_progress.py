"""Long work says how far it is, also where nobody watches a terminal."""

from __future__ import annotations

import io
from itertools import count

from ml.progress import progress, tracked


def test_off_a_terminal_a_line_comes_every_ten_seconds_at_most() -> None:
    out, ticks = io.StringIO(), count(0, 4)  # four seconds pass between two looks
    with progress(10, "replay", "rows", out, lambda: float(next(ticks))) as shown:
        for _ in range(10):
            shown.update()
    assert out.getvalue().splitlines() == [
        "replay: 3 of 10 rows (30%), about 28 s left",
        "replay: 6 of 10 rows (60%), about 16 s left",
        "replay: 9 of 10 rows (90%), about 4 s left",
    ]


def test_quick_work_says_nothing() -> None:
    out = io.StringIO()
    with progress(3, "replay", "rows", out, lambda: 0.0) as shown:
        shown.update(3)
    assert out.getvalue() == ""


def test_a_note_is_part_of_the_line() -> None:
    out, ticks = io.StringIO(), iter([0.0, 10.0])
    with progress(2, "heavy ranker", "batches", out, lambda: next(ticks)) as shown:
        shown.set_postfix_str("loss 0.5")
        shown.update()
    assert "(50%), loss 0.5, about 10 s left" in out.getvalue()


def test_the_first_steps_foretell_nothing() -> None:
    out, ticks = io.StringIO(), iter([0.0, 10.0])
    with progress(1_000, "replay", "rows", out, lambda: next(ticks)) as shown:
        shown.update()
    assert out.getvalue() == "replay: 1 of 1,000 rows (0%)\n"


def test_tracked_items_are_the_items() -> None:
    assert list(tracked([1, 2, 3], "items", "items")) == [1, 2, 3]
