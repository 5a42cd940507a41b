"""The trace of a run: every component once, and who failed."""

from __future__ import annotations

import pytest

from app.pipeline.failures import BrokenContractError
from app.pipeline.trace import Trace


def test_a_component_that_fails_has_no_rows_and_is_named_once() -> None:
    trace = Trace()
    for _ in range(2):
        trace.begin("rank", trace, 5)
        trace.fail(ValueError("no"))
    trace.begin("select", trace, 5)
    trace.end(3)
    assert [(span.stage, span.rows_in, span.rows_out) for span in trace.spans] == [
        ("rank", 5, 0),
        ("rank", 5, 0),
        ("select", 5, 3),
    ]
    assert [span.error for span in trace.spans] == [repr(ValueError("no"))] * 2 + [None]
    assert trace.failed == ["Trace"]


def test_a_failure_between_components_is_that_of_none() -> None:
    trace = Trace()
    trace.begin("rank", trace, 5)
    trace.end(5)
    trace.fail(ValueError("every source failed"))
    assert trace.failed == []
    assert len(trace.spans) == 1


def test_our_own_mistakes_are_not_forgiven(caplog: pytest.LogCaptureFixture) -> None:
    trace = Trace()
    trace.begin("retrieve", trace, 0)
    with pytest.raises(BrokenContractError):
        trace.forgive(BrokenContractError("too many rows"))
    trace.begin("retrieve", trace, 0)
    trace.forgive(OSError("the disk is gone"))
    assert "Trace failed and is missed" in caplog.text


def test_components_in_turn_are_given_what_those_before_them_left() -> None:
    trace, left = Trace(), iter((4, 4, 1))
    for part in trace.each("eligibility", [1, "two", 3.0, None], 5):
        if part is None:
            break
        trace.rows = next(left)
    trace.fail(OSError("gone"))
    assert [(span.component, span.rows_in, span.rows_out) for span in trace.spans] == [
        ("int", 5, 4),
        ("str", 4, 4),
        ("float", 4, 1),
        ("NoneType", 1, 0),
    ]
    assert trace.failed == ["NoneType"]
    began = [at for _, _, at, _, _ in trace.laps]
    ended = [at + took for _, _, at, took, _ in trace.laps]
    assert began[1:] == ended[:-1]
