"""The examples of how-tos work as they stand."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from app.filters.too_old import TooOld
from app.pipeline.batch import Mask, Rows
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.trace import Trace
from app.products import shared_stages
from app.serving.engine import Engine
from ml.actions import About, Action, Effect
from ml.arrays import Times
from ml.features.numbers import Pair
from ml.heads import Head
from ml.state.tables.counted import Counted
from tests.contracts.contracts import FilterContract
from tests.docs.documents import code_blocks

BOOKMARK_CODE = int(
    re.findall(r"BOOKMARK = (\d+),", "".join(code_blocks("docs/how-to/add-a-head.md")))[0]
)


def example(name: str, place: int = 0) -> str:
    return code_blocks(f"docs/how-to/{name}.md", "python")[place]


def test_a_source_is_one_file_and_one_line(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("app.sources.missed")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(example("add-a-source"), "add-a-source.md", "exec"), module.__dict__)
    source = module.Missed(shared_stages.fresh_tweets(tiny_engine.state, tiny_engine.settings))

    mixer = tiny_engine.products["for_you"].mixer
    names = {**vars(module), "CandidatePipeline": CandidatePipeline}
    (line,) = eval(example("add-a-source", 1), names, {"fresh_tweets": source.fresh_tweets})
    longer = replace(mixer, candidates=[*mixer.candidates, line])
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


def test_a_component_inherits_the_contract_of_its_kind() -> None:
    names: dict[str, Any] = {"FilterContract": FilterContract, "pytest": pytest}
    names |= {"TooOld": TooOld, "Engine": Engine}
    exec(compile(example("add-a-source", 2), "add-a-source.md", "exec"), names)
    assert issubclass(names["TestTooOld"], FilterContract)
    assert vars(names["TestTooOld"])["filter"]


def test_a_kernel_is_a_loop_over_arrays() -> None:
    names: dict[str, Any] = {"kernel": lambda function: function, "np": np}
    names |= {"Rows": Rows, "Times": Times, "Mask": Mask}
    exec(compile(example("write-a-kernel"), "write-a-kernel.md", "exec"), names)
    kept = names["_fresh"](np.array([2, 0], np.int32), np.array([5, 0, 4]), 5)
    assert kept.tolist() == [False, True]


def test_a_feature_is_a_function_of_numbers() -> None:
    names: dict[str, Any] = {"inline_kernel": lambda function: function, "Pair": Pair}
    exec(compile(example("add-a-feature"), "add-a-feature.md", "exec"), names)
    feature = names["author_complaint_share"]
    some = Counted(**dict.fromkeys(Counted._fields, 1.0))
    numbers: dict[str, Any] = dict.fromkeys(Pair._fields)
    pair = Pair(**{**numbers, "tie": some})
    assert 0 < feature(pair) < 1
    assert feature.__doc__


def test_a_head_is_one_row() -> None:
    head = eval(example("add-a-head"), {"Head": Head, "Action": Action})
    assert isinstance(head, Head)
    assert len(Action) == BOOKMARK_CODE, "the how-to names the next free code"
    named: dict[str, Any] = {"About": About, "Effect": Effect}
    exec(example("add-a-head", 1), named)
    assert named["BOOKMARK"] == (BOOKMARK_CODE, About.TWEET, Effect.MARK, "BOOKMARK")
