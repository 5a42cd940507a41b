"""Train on every shape of the planted world, and hold the product beside simple policies and the
oracle, by the truth and by what people did."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from app.settings import Settings
from evaluation.offline import dataset, requests
from evaluation.offline.leaderboard import compared, standings
from evaluation.offline.replay_evaluation import ReplayEnvironment
from evaluation.policies import registry, simple
from evaluation.policies.policy import ORACLE, PRODUCT, Best
from evaluation.shapes.degrade import SHAPES
from evaluation.shapes.planted import Planted
from ml import bundle
from ml.bundle.leaderboard import Standing
from ml.errors import DataError
from ml.training import train
from ml.training.options import TrainingOptions

METRICS: Final = ("value@10", "recall@20", "recall_ips@20")  # the last where it is known
MOST: Final = 1_000  # visits of each shape


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found on one shape."""

    shape: str
    about: str
    visits: int
    standings: list[Standing]
    seconds: float

    @property
    def lost_to(self) -> dict[str, list[str]]:
        """By metric, the simple policies that are better by more than chance."""
        return {
            metric: [one.policy for one in self.standings if one.loses and one.metric == metric]
            for metric in METRICS
        }


def measure(
    names: Sequence[str], settings: Settings, seed: int, scale: float
) -> Iterator[Measured]:
    """One shape after the other; each says on standard error what it is doing.

    Raises:
        DataError: a shape leaves too little to learn from.
    """
    worlds: dict[float, Planted] = {}
    for place, name in enumerate(names):
        shape, start = SHAPES[name], time.process_time()
        _say(f"{name} ({place + 1} of {len(names)}): {shape.about}")
        if shape.scale not in worlds:
            worlds[shape.scale] = Planted.of(seed, scale * shape.scale)
        with TemporaryDirectory(prefix="shape-") as folder:
            data, artifacts = Path(folder) / "data", Path(folder) / "artifacts"
            shape.degrade(worlds[shape.scale], seed).write(data)
            _say(f"{name}: training")
            train.train(data, artifacts, TrainingOptions(seed=seed))
            _say(f"{name}: asking")
            visits, found = _compare(data, artifacts, settings)
        yield Measured(name, shape.about, visits, found, time.process_time() - start)


def _compare(data: Path, artifacts: Path, settings: Settings) -> tuple[int, list[Standing]]:
    trained = bundle.load(artifacts)
    given = trained and dataset.read(data, trained)
    if not trained or not given or not given.truth:
        raise DataError(f"{data} holds no planted world that was trained on")
    mine = settings.model_copy(update={"artifacts": artifacts, "data_dir": data})
    stage, visits = ReplayEnvironment.set(given, mine, trained), requests.of(given, MOST)
    policies = registry.simple_policies(stage.engine, given)
    policies[ORACLE] = Best(simple.oracle)  # whatever the product's window
    judge = compared(stage, visits, policies)
    figures = {name: judge.judged(name) for name in policies}
    known = [metric for metric in METRICS if metric in figures[PRODUCT]]
    return len(visits), standings(figures, known)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
