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
