"""The examples of how-tos work as they stand."""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from prometheus_client import generate_latest

from app.observability import families, metrics
from app.pipeline.batch import Mask, Rows
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.trace import Trace
from app.products import shared_stages
from app.serving.engine import Engine
from app.settings import Settings
from evaluation.metrics import ranking, slate_metrics
from evaluation.metrics.resample import resample
from evaluation.metrics.slate_metrics import SlateMetrics
from evaluation.offline import requests
from evaluation.offline.dataset import Dataset
from evaluation.offline.replay_evaluation import ReplayEnvironment, ask
from evaluation.policies import registry
from ml.actions import About, Action, Effect
from ml.arrays import Times
from ml.bundle import Bundle
from ml.features.numbers import Pair
from ml.heads import Head
from ml.state.tables.counted import Counted
from tests.contracts import test_components
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
    """The lines of the guide are those that run."""
    shown = example("add-a-source", 2)
    assert shown == inspect.getsource(test_components.TestTooOld)


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


def test_a_figure_of_the_report_is_a_function_and_its_name(
    tiny_dataset: Dataset,
    tiny_settings: Settings,
    tiny_bundle: Bundle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = dict(vars(ranking))
    exec(compile(example("add-a-metric"), "add-a-metric.md", "exec"), names)
    gain = np.array([[1, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]], float)
    found = names["r_precision"](gain, np.array([2, 3, 0]), 4)
    assert found[:2].tolist() == [0.5, 0]
    assert np.isnan(found[2])
    added = eval(example("add-a-metric", 1), {"ranking": SimpleNamespace(**names)})
    monkeypatch.setattr(slate_metrics, "LISTS", {**slate_metrics.LISTS, **added})
    stage = ReplayEnvironment.set(tiny_dataset, tiny_settings, tiny_bundle)
    visits = requests.of(tiny_dataset, 20)
    asked = ask(stage, visits, registry.simple_policies(stage.engine, tiny_dataset))
    judge = SlateMetrics(tiny_dataset, asked, resample(len(visits)))
    assert {f"r_precision@{k}" for k in slate_metrics.CUTOFFS} <= judge.figures("popular").keys()


def test_a_counter_is_a_row_and_a_verb(monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = {"Counter": families.Counter}
    exec(compile(example("add-a-metric", 2), "add-a-metric.md", "exec"), names)
    exec(compile(example("add-a-metric", 3), "add-a-metric.md", "exec"), names)
    monkeypatch.setattr(metrics, "FAMILIES", (*families.FAMILIES, names["EMPTY_PAGES"]))
    counted = metrics.Metrics()
    names["empty"](counted, "for_you")
    names["empty"](counted, "for_you")
    page = generate_latest(counted.collected()).decode()
    assert 'foryou_empty_pages_total{product="for_you"} 2.0' in page
