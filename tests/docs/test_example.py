"""README's example of a new source works as it stands."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.trace import Trace
from app.products import shared_stages
from app.serving.engine import Engine

TEXT = (Path(__file__).parents[2] / "README.md").read_text()
EXAMPLE = next(iter(re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)))


def test_a_source_is_one_file_and_one_line(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("app.sources.missed")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(EXAMPLE, "README.md", "exec"), module.__dict__)
    source = module.Missed(shared_stages.fresh_tweets(tiny_engine.state, tiny_engine.settings))

    mixer = tiny_engine.products["for_you"].mixer
    longer = replace(mixer, candidates=[*mixer.candidates, CandidatePipeline(source, 50)])
    query = next(
        query
        for row in range(len(tiny_engine.state.users))
        if len(
            (
                query := tiny_engine.hydrate.query(tiny_engine.state.users.ids.id(row), 100)
            ).neighborhood.following
        )
    )
    found = source.fetch(query, 50)
    assert 0 < len(found) <= 50
    assert np.isin(found.author, query.neighborhood.following).all()
    written = tiny_engine.state.tweets.created_at[found.tweet]
    assert (np.diff(written) >= 0).all()

    trace = Trace()
    longer.run(query, trace)
    assert longer.sources[-1] == "Missed"
    assert any(span.component == "Missed" and span.rows_out for span in trace.spans)
