"""python -m tests.fuzz.api: schemathesis calls a service of its own with all checks, first one that
anybody may read, then one that needs a key to read."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from datagen.__main__ import main as plant
from evaluation.loadtest.server import serving
from ml.training import train
from ml.training.options import TrainingOptions

HERE: Final = Path(__file__).parent
KEYS: Final = {"FORYOU_API_KEY": "a-key-that-writes", "FORYOU_READ_KEY": "a-key-that-reads"}
PRIVATE_SHARE: Final = 0.2  # of the time
PROGRAM: Final = Path(sys.executable).with_name("schemathesis")


def check(settings: dict[str, str], seconds: int, program: Path, *more: str) -> int:
    """Serve with these settings and let schemathesis call the service; its exit code."""
    environment = {
        **os.environ,
        **KEYS,
        "SCHEMATHESIS_HOOKS": "tests.fuzz.formats",
        "PYTHONPATH": str(HERE.parents[1]),
    }
    with serving(settings) as server, TemporaryDirectory() as elsewhere:
        host, port = server.address
        command = [
            str(program), "--config-file", str(HERE / "schemathesis.toml"),
            "run", f"http://{host}:{port}/openapi.json",
            "--checks", "all", "--max-time", str(seconds), *more,
        ]  # fmt: skip
        return subprocess.run(command, env=environment, cwd=elsewhere, check=False).returncode


def main() -> int:
    """The first exit code of schemathesis that is not 0, where something failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.api", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scale", type=float, default=0.1, help="of the world that is served")
    parser.add_argument("--schemathesis", type=Path, default=PROGRAM, help="the program")
    given, more = parser.parse_known_args()
    with TemporaryDirectory() as name:
        data, artifacts = Path(name) / "data", Path(name) / "artifacts"
        plant(["--out", str(data), "--seed", str(given.seed), "--scale", str(given.scale)])
        train.train(data, artifacts, TrainingOptions())
        more = ["--seed", str(given.seed), *more]
        private = {
            "FORYOU_ARTIFACTS": str(artifacts),
            "FORYOU_DATA_DIR": str(data),
            "FORYOU_IMPRESSIONS": "served",
            **KEYS,
        }
        public = {name: value for name, value in private.items() if name != "FORYOU_READ_KEY"}
        seconds = max(1, round(given.seconds * PRIVATE_SHARE))
        longer = max(1, given.seconds - seconds)
        return check(public, longer, given.schemathesis, *more) or check(
            private, seconds, given.schemathesis, *more
        )


if __name__ == "__main__":
    sys.exit(main())
