"""Components of many requests are counted as if one by one."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
import pytest

from app.observability.counts import Key, OwnCounts
from app.observability.families import STEPS
from app.observability.trace_counts import ROOM, TraceCounts
from app.pipeline.trace import Trace


def trace(rng: np.random.Generator, kinds: int) -> Trace:
    """Components in the order of their stages, some of them twice, some of which fail."""
    made = Trace()
    for place in np.sort(rng.integers(0, kinds, rng.integers(0, 30))).tolist():
        began = (f"stage {place // 5}", f"component {place}", int(rng.integers(0, 500)))
        took = int(10 ** rng.uniform(3, 9.5)) if place % 4 else 10_000  # a bound of STEPS
        error = "it failed" if rng.random() < 0.1 else None
        made.laps.append((began, int(rng.integers(0, 500)), 0, took, error))
        if error is not None:
            made.failed.append(began[1])
    return made


def one_by_one(traces: list[Trace]) -> dict[Key, np.ndarray]:
    rows: dict[Key, np.ndarray] = {}

    def add(family: str, width: int, place: int, number: float, *labels: str) -> None:
        rows.setdefault((family, *labels), np.zeros(width))[place] += number

    for one in traces:
        stages: dict[str, float] = {}
        for (stage, name, came), left, _, nanoseconds, error in one.laps:
            seconds = nanoseconds / 1e9
            stages[stage] = stages.get(stage, 0.0) + seconds
            for place, number in ((bisect_left(STEPS, seconds), 1), (-1, seconds)):
                add("foryou_component_seconds", 11, place, number, stage, name)
            add("foryou_component_rows", 1, 0, came, stage, name, "in")
            add("foryou_component_rows", 1, 0, left, stage, name, "out")
            add("foryou_component_failures", 1, 0, error is not None, stage, name)
        for stage, seconds in stages.items():
            for place, number in ((bisect_left(STEPS, seconds), 1), (-1, seconds)):
                add("foryou_stage_seconds", 11, place, number, stage)
    return rows


@pytest.mark.parametrize("room", [4, ROOM])
def test_all_is_counted_also_where_a_table_has_no_more_room(room: int) -> None:
    rng = np.random.default_rng(3)
    traces = [trace(rng, kinds) for kinds in (1, 8, 20, 40) for _ in range(50)]
    counts = OwnCounts()
    counted = TraceCounts(counts, room)
    for one in traces:
        counted.add(one)
    found, expected = counts.rows(), one_by_one(traces)
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        np.testing.assert_allclose(found[key], row, rtol=1e-12)
