"""python -m tests.fuzz: random requests in any number; none may be answered with 500."""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from datagen.__main__ import main as plant
from ml.progress import tracked
from ml.state.structures.vocabulary import Vocabulary
from ml.training import train
from ml.training.options import TrainingOptions
from tests.fuzz.hostile import Hostile, Sent

FORGIVEN = (503, 507)  # refusals that say when to come back
SHOWN = 5


def fuzz(client: TestClient, requests: int, seed: int) -> tuple[Counter[int], list[Sent]]:
    """Send so many requests; how often each status came, and the requests that broke it."""
    state = client.app_state["service"].engine.state
    hostile = Hostile(random.Random(seed), _ids(state.users.ids), _ids(state.tweets.ids))
    statuses: Counter[int] = Counter()
    broken: list[Sent] = []
    for _ in tracked(range(requests), "fuzz", "requests"):
        sent = hostile.request()
        answer = client.request(
            sent.method, sent.path, content=sent.body, headers=list(sent.headers.items())
        )
        statuses[answer.status_code] += 1
        if answer.status_code >= 500 and answer.status_code not in FORGIVEN:
            broken.append(sent)
        elif answer.status_code == 200 and sent.method == "GET" and "/timeline/" in sent.path:
            page = answer.json()
            for item in page["items"][:3]:
                hostile.remember(
                    page["user_id"], item["tweet_id"], page["request_id"], page["next_cursor"]
                )
    return statuses, broken


def _ids(known: Vocabulary) -> list[str]:
    return [known.id(row) for row in range(len(known))]


@contextmanager
def service(scale: float, seed: int) -> Iterator[TestClient]:
    """A service over a small world of its own, with a log."""
    with TemporaryDirectory() as name:
        data, artifacts = Path(name) / "data", Path(name) / "artifacts"
        plant(["--out", str(data), "--seed", str(seed), "--scale", str(scale)])
        train.train(data, artifacts, TrainingOptions())
        settings = Settings(
            artifacts=artifacts, data_dir=data, log=Path(name) / "events.db", log_level="error"
        )
        app = create_app(settings)
        with TestClient(
            app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000),
            raise_server_exceptions=False,
        ) as client:  # fmt: skip
            yield client


def main() -> int:
    """Print what came back; 1 where a request was answered with 500."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scale", type=float, default=0.1, help="of the world that is served")
    given = parser.parse_args()
    with service(given.scale, given.seed) as client:
        statuses, broken = fuzz(client, given.requests, given.seed)
    print(f"{given.requests:,} requests:", *(f"{k}: {n:,}" for k, n in sorted(statuses.items())))
    for sent in broken[:SHOWN]:
        print("500 for", sent.method, sent.path[:300], sent.headers, (sent.body or b"")[:500])
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
