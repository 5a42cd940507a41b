"""What a subject is charged with on a day is how many complain of it then, up to the cap."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.state.tables.complaints import DAILY, DAY_SECONDS, Complaints

ABOUT = st.tuples(st.integers(0, 9), st.integers(0, 1), st.integers(0, 1), st.integers(0, 2))


@given(st.lists(ABOUT, max_size=80), st.integers(1, 40))
def test_charges_add_up_to_the_capped_number_of_actors(
    steps: list[tuple[int, int, int, int]], size: int
) -> None:
    """Each complaint is about (actor, subject, kind, day), and the next like it withdraws it."""
    complaints, charged = Complaints(2), np.zeros((2, 2, 3))
    standing: set[tuple[int, int, int, int]] = set()
    for start in range(0, len(steps), size):
        signs = []
        for step in steps[start : start + size]:
            signs.append(-1.0 if step in standing else 1.0)
            standing ^= {step}
        actor, subject, kind, day = np.array(steps[start : start + size]).T.copy()
        charge = complaints.change(
            actor.astype(np.int32), subject.astype(np.int32), kind,
            day * DAY_SECONDS + 5, np.array(signs),
        )  # fmt: skip
        assert (charge.at % DAY_SECONDS == 0).all()
        np.add.at(charged, (charge.subject, charge.kind, charge.at // DAY_SECONDS), charge.weight)
        for where in np.ndindex(2, 2, 3):
            actors = {who for who, *about in standing if tuple(about) == where}
            assert charged[where] == min(len(actors), DAILY)
