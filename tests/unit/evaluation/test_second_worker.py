"""A second worker is held to its price, and all processes of a server are counted."""

from __future__ import annotations

import os
from pathlib import Path

from evaluation.loadtest import second_worker
from evaluation.loadtest.closed_loop_load import ask
from evaluation.loadtest.server import serving

EMPTY = """{"request_id": "r", "user_id": "1", "product": "for_you", "served_by": "for_you",
"missing": [], "model_version": "m", "as_of": "2026-01-01T00:00:00Z", "source_distribution": {},
"items": []}"""


def test_both_prices_are_held_to_their_bars() -> None:
    one = [1_000.0, 2_000.0, 1_000.0]
    kept = second_worker.promises({1: one, 2: [1_100.0, 2_000.0, 900.0]}, {1: 600.0, 2: 820.0})
    assert kept.kept
    assert "1,100 µs of two" in kept.table()
    dear = {1: one, 2: [1_200.0, 2_000.0, 1_500.0]}
    assert not second_worker.promises(dear, {1: 600.0, 2: 820.0}).kept
    assert not second_worker.promises({1: one, 2: one}, {1: 600.0, 2: 860.0}).kept


def test_what_a_server_uses_is_that_of_its_processes(tmp_path: Path) -> None:
    (answer := tmp_path / "answer.json").write_text(EMPTY)
    with serving({}, "evaluation.loadtest.bare", str(answer)) as server:
        assert [*second_worker._processes(server)] == [server.process.pid]
        before = second_worker._seconds(server)
        ask(server.address, ["/timeline/1"] * 300)
        assert second_worker._seconds(server) > before
        assert 10 < second_worker._mebibytes(server) < 1_000
    assert os.getpid() not in second_worker._processes(server)
