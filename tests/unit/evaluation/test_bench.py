"""The bench measures real servers, and its figures are those of what they answered."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evaluation.loadtest.__main__ import main
from evaluation.loadtest.benchmark import LARGEST
from evaluation.loadtest.benchmark_report import OUTSIDE, spent
from evaluation.loadtest.closed_loop_load import Run, ask
from evaluation.loadtest.server import serving

EMPTY = {
    "request_id": "x",
    "user_id": "1",
    "product": "for_you",
    "served_by": "for_you",
    "missing": [],
    "model_version": "x",
    "as_of": "2026-02-28T00:00:00Z",
    "source_distribution": {},
    "items": [],
}


def test_every_path_is_asked_once_whatever_the_number_of_connections(tmp_path: Path) -> None:
    (file := tmp_path / "timeline.json").write_text(json.dumps(EMPTY))
    with serving({}, "evaluation.loadtest.bare", str(file)) as server:
        address = server.address
        for connections in (1, 3):
            run = ask(address, [f"/timeline/{i}" for i in range(7)], connections, keep=True)
            assert len(run.millis) == 7
            assert [json.loads(body)["user_id"] for body in run.bodies] == ["1"] * 7
            assert 0 < run.quantile(0.5) <= run.millis.max()
        assert len(ask(address, ["/timeline/1"] * 5).bodies) == 1
        with pytest.raises(ConnectionError, match="404"):
            ask(address, ["/nowhere"])


def test_a_server_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    failed = pytest.raises(ChildProcessError, match="did not start")
    with failed, serving({}, "this"):
        pass


def test_stages_their_parts_and_the_rest_add_up_to_the_whole() -> None:
    def body(*spans: tuple[str, str, int, int]) -> bytes:
        names = ("stage", "component", "rows_out", "micros")
        return json.dumps(
            {"trace": [dict(zip(names, span, strict=True)) for span in spans]}
        ).encode()

    bodies = [
        body(
            ("retrieve", "Graph", 10, 1000),
            ("retrieve", "Popular", 20, 500),
            ("rank", "R", 5, 2000),
        ),
        body(("retrieve", "Graph", 30, 2000), ("rank", "R", 5, 4000)),
    ]
    rows = spent(Run(np.array([5.0, 9.0]), 0.014, bodies))
    assert [(row["stage"], row["component"]) for row in rows] == [
        ("retrieve", None),
        ("retrieve", "Graph"),
        ("retrieve", "Popular"),
        ("rank", None),
        ("rank", "R"),
        (OUTSIDE, None),
    ]
    means = {row["stage"]: row["mean"] for row in rows if row["component"] is None}
    assert means == pytest.approx({"retrieve": 1.75, "rank": 3.0, OUTSIDE: 2.25})
    assert sum(means.values()) == pytest.approx(7.0)
    assert rows[1]["rows"] == 20


def test_the_bench_compares_the_service_with_the_bare_route(
    tiny_artifacts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--users", "10", "--requests", "16", "--rounds", "2", "--connections", "4"]
    assert main(["bench", "--artifacts", str(tiny_artifacts), "--out", str(tmp_path), *few]) == 0
    figures = json.loads((tmp_path / "bench.json").read_text())
    rounds = figures["rounds"]
    assert len(rounds) == 2
    assert figures["ratio"]["throughput"] > 1
    assert figures["for_you"]["p50"] <= figures["for_you"]["p99"]
    assert 0 < figures["body_bytes"] <= LARGEST
    assert {"retrieve", "rank", "select", OUTSIDE} <= {row["stage"] for row in figures["stages"]}
    table = capsys.readouterr().out
    assert f"1/{figures['ratio']['throughput']:.1f}" in table
    assert "HeavyRanker" in table


def test_without_artifacts_the_remedy_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--artifacts", str(tmp_path)]) == 2
    assert "python -m ml train" in capsys.readouterr().err
