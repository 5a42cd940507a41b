"""What a subject is charged with on a day is what those weigh who complain of it, up to the cap."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.state.tables.complaints import DAILY, DAY_SECONDS, Complaints
from ml.state.tables.weights import UNIT

ABOUT = st.tuples(st.integers(0, 9), st.integers(0, 1), st.integers(0, 1), st.integers(0, 2))
WEIGHT = st.integers(UNIT // 1000, UNIT)
About = tuple[int, int, int, int]


@given(st.lists(st.tuples(ABOUT, WEIGHT), max_size=80), st.integers(1, 40))
def test_charges_add_up_to_the_capped_weight_of_the_actors(
    steps: list[tuple[About, int]], size: int
) -> None:
    """Each complaint is about (actor, subject, kind, day); the third of them withdraws the first,
    and those after it one each. Who stands by two weighs their mean."""
    complaints, charged = Complaints(2), np.zeros((2, 2, 3))
    stands: defaultdict[About, list[int]] = defaultdict(list)
    for start in range(0, len(steps), size):
        some, signs = [], []
        for about, weight in steps[start : start + size]:
            withdrawn = len(stands[about]) == 2
            some.append((*about, stands[about].pop(0) if withdrawn else weight))
            signs.append(-1.0 if withdrawn else 1.0)
            if not withdrawn:
                stands[about].append(weight)
        actor, subject, kind, day, weighs = np.array(some).T.copy()
        charge = complaints.change(
            actor.astype(np.int32), subject.astype(np.int32), kind,
            day * DAY_SECONDS + 5, np.array(signs), weighs.astype(np.int32),
        )  # fmt: skip
        assert (charge.at % DAY_SECONDS == 0).all()
        np.add.at(charged, (charge.subject, charge.kind, charge.at // DAY_SECONDS), charge.weight)
        for where in np.ndindex(2, 2, 3):
            mine = [weights for (_, *about), weights in stands.items() if tuple(about) == where]
            all_of_them = sum(sum(weights) // len(weights) for weights in mine if weights) / UNIT
            np.testing.assert_allclose(charged[where], min(all_of_them, DAILY), atol=1e-9)


def test_what_is_withdrawn_after_its_day_was_forgotten_makes_no_later_complaint_praise() -> None:
    complaints = Complaints(1)
    who = np.zeros(1, np.int32)

    def change(sign: float, weight: int) -> float:
        each = np.full(1, weight, np.int32)
        charge = complaints.change(who, who, who, np.zeros(1, np.int64), np.full(1, sign), each)
        return float(charge.weight[0])

    assert change(1.0, UNIT) == 1.0
    complaints.keep_from(1)
    change(-1.0, UNIT)
    assert min(change(1.0, UNIT // 1000), change(1.0, UNIT // 1000)) >= 0
