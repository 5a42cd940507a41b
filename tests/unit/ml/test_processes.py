"""Training may be shared by processes: they train the same, and a lost one loses nothing."""

from __future__ import annotations

import os
from multiprocessing import active_children
from operator import truediv
from pathlib import Path

import pytest

from ml import bundle
from ml.__main__ import main
from ml.dataset import tables
from ml.errors import TrainingError
from ml.progress import progress
from ml.training import train
from ml.training.options import TrainingOptions
from ml.training.processes import Processes


@pytest.mark.parametrize("count", [1, 3])
def test_each_result_is_that_of_its_task(count: int) -> None:
    with Processes(count) as processes:
        started = [processes.start(truediv, number, 2) for number in range(6)]
        assert [finish() for finish in started] == [0, 0.5, 1, 1.5, 2, 2.5]


@pytest.mark.parametrize("count", [1, 2])
def test_what_a_task_raises_is_raised_where_its_result_is_asked_for(count: int) -> None:
    with Processes(count) as processes:
        divided = processes.start(truediv, 1, 0)
        with pytest.raises(ZeroDivisionError):
            divided()
        assert processes.start(truediv, 1, 2)() == 0.5


def test_a_task_sees_what_was_there_when_it_started() -> None:
    with Processes(2) as processes:
        numbers = [1, 2]
        total = processes.start(sum, numbers)
        numbers.append(3)
        assert total() == 3


def _work(units: int) -> None:
    with progress(units, "work", "units") as shown:
        for _ in range(units):
            shown.update()


def test_progress_of_others_is_counted_and_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with Processes(2) as processes:
        processes.start(_work, 7)()
        assert processes.reported() == 7
        assert processes.reported() == 0
    assert capfd.readouterr().err == ""


def test_a_lost_process_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(TrainingError, match="--processes"), Processes(2) as processes:
        processes.start(os._exit, 9)()
    assert not active_children()


def test_processes_train_the_same_bundle_as_one(
    tiny_data: Path, tiny_artifacts: Path, tmp_path: Path
) -> None:
    version = train.train(tiny_data, tmp_path, TrainingOptions(processes=2))
    assert version == bundle.current(tiny_artifacts)


def test_a_training_that_loses_a_process_publishes_nothing(
    tiny_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    read = tables.read

    def loses_one(data: Path) -> tables.Tables:
        for child in active_children():
            child.kill()
        return read(data)

    monkeypatch.setattr("ml.training.train.tables_on_disk.read", loses_one)
    out = tmp_path / "artifacts"
    given = ["train", "--data", str(tiny_data), "--out", str(out), "--processes", "2"]
    assert main(given) == 2
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error")]
    assert len(errors) == 1
    assert "process" in errors[0]
    assert not out.exists()
    assert not active_children()


@pytest.mark.parametrize("wrong", ["0", "65", "many"])
def test_a_count_out_of_range_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--data", "nowhere", "--processes", wrong])
    assert "--processes" in capsys.readouterr().err


def test_an_interrupt_here_ends_the_others() -> None:
    def interrupted() -> None:
        with Processes(2) as processes:
            processes.start(sum, range(10**12))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not active_children()
