"""The bench measures real servers, and its figures are those of what they answered."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from evaluation.loadtest import processor_time
from evaluation.loadtest.__main__ import main
from evaluation.loadtest.benchmark import LARGEST
from evaluation.loadtest.benchmark_report import parts
from evaluation.loadtest.closed_loop_load import ask
from evaluation.loadtest.request_parts import of_traces
from evaluation.loadtest.server import serving

ROOT = Path(__file__).parents[3]
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


def test_an_answer_in_pieces_is_read_to_its_end() -> None:
    body = b"x" * 300_000
    pieces = [b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 300000\r\n\r\n", body[:1], body[1:]]
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            client, _ = listening.accept()
            with client:
                for _ in range(2):
                    client.recv(1000)
                    for piece in pieces:
                        client.sendall(piece)
                        time.sleep(0.01)

        thread = Thread(target=answer)
        thread.start()
        run = ask(listening.getsockname(), ["/", "/"], keep=True)
        thread.join()
    assert run.bodies == [body, body]
    assert run.millis.min() >= 30


def test_a_server_that_goes_away_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=lambda: listening.accept()[0].close())
        thread.start()
        with pytest.raises(ConnectionError):
            ask(listening.getsockname(), ["/"])
        thread.join()


def test_stages_are_the_sums_of_their_components() -> None:
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
    rows = of_traces(bodies)
    assert [(row["stage"], row["component"]) for row in rows] == [
        ("retrieve", None),
        ("retrieve", "Graph"),
        ("retrieve", "Popular"),
        ("rank", None),
        ("rank", "R"),
    ]
    medians = {row["stage"]: row["p50"] for row in rows if row["component"] is None}
    assert medians == pytest.approx({"retrieve": 1750, "rank": 3000})
    assert rows[1]["rows"] == 20


def test_the_cpu_of_a_process_is_what_it_used() -> None:
    busy = [sys.executable, "-c", "for _ in range(10**9): pass"]
    with subprocess.Popen(busy) as process:
        before = processor_time.seconds(process.pid)
        while (spent := processor_time.seconds(process.pid) - before) < 0.2:
            time.sleep(0.02)
        process.kill()
    assert 0.2 <= spent < 5


def test_the_bench_compares_the_service_with_the_bare_route(
    tiny_artifacts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--users", "10", "--requests", "40", "--rounds", "2", "--connections", "4"]
    few += ["--before", str(ROOT), "--starts", "0"]
    assert main(["bench", "--artifacts", str(tiny_artifacts), "--out", str(tmp_path), *few]) == 0
    figures = json.loads((tmp_path / "bench.json").read_text())
    rounds = figures["rounds"]
    assert len(rounds) == 2
    assert figures["ratio"]["throughput"] > 1
    assert figures["ratio"]["cpu_micros"] > 1
    assert figures["before"]["cpu_micros"] > 0  # the same version, from the same folder
    assert figures["for_you"]["p50"] <= figures["for_you"]["p99"]
    assert 0 < figures["body_bytes"] <= LARGEST
    stages = {row["stage"] for row in figures["parts"]}
    assert {"hydrate", "retrieve", "rank", "select", "serialize", "count"} <= stages
    whole = sum(row["p50"] for row in parts(figures) if row["component"] is None)
    assert whole == pytest.approx(figures["for_you"]["cpu_micros"])
    table = capsys.readouterr().out
    assert f"1/{figures['ratio']['throughput']:.1f}" in table
    assert "HeavyRanker" in table
    assert "<svg" in (tmp_path / "bench.html").read_text()


def test_without_artifacts_the_remedy_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "--artifacts", str(tmp_path)]) == 2
    assert "foryou train" in capsys.readouterr().err
