"""A new action on tweets, with a head of its own, is one row in each of two tables."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ml.actions import Action

ROOT = Path(__file__).parents[2]
ACTION = f'    BOOKMARK = {len(Action)}, About.TWEET, Effect.MARK, "BOOKMARK"\n'
HEAD = '    Head("bookmark", (Action.BOOKMARK,), 0.2),\n'
SCRIPT = """
import json, sys
from pathlib import Path

import numpy as np
import polars as pl
from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.service import Service
from app.settings import Settings
from ml import bundle
from ml.state.tables.counts import Count
from ml.training import train
from ml.training.options import TrainingOptions

data, artifacts = Path(sys.argv[1]), Path(sys.argv[2])
(path,) = data.glob("interactions.*")
read, write = (
    (pl.read_csv, "write_csv") if path.suffix == ".csv" else (pl.read_parquet, "write_parquet")
)
acts = read(path)
likes = acts.filter(pl.col("action") == "like")
marks = likes.with_columns(action=pl.lit("bookmark"))
if "event_id" in acts.columns:
    marks = marks.with_columns(event_id=pl.lit("b") + pl.col("event_id").cast(pl.String))
    acts = acts.with_columns(pl.col("event_id").cast(pl.String))
getattr(pl.concat([acts, marks]), write)(path)
train.train(data, artifacts, TrainingOptions())

state, trained = bundle.load_state(artifacts), bundle.load(artifacts)
user = str(likes["user_id"][0])
settings = Settings(artifacts=artifacts, data_dir=data)
# Opened by itself, it compiles what is asked for below, and not all that anybody could ask for.
with TestClient(create_app(settings, service=Service.open(settings))) as client:
    items = client.get(f"/timeline/{user}").json()["items"]
    tweets = [item["tweet_id"] for item in items]
    scored = client.post("/score", json={"user_id": user, "tweet_ids": tweets}).json()
    event = {"event_id": "e", "action": "bookmark", "user_id": user, "tweet_id": tweets[0]}
    row = np.flatnonzero([state.users.ids.id(i) == user for i in range(len(state.users))])
    found = {
        "counted": float(state.viewer_counts.read(row, state.newest)[0, Count.BOOKMARK]),
        "head": "bookmark" in trained.manifest.heads,
        "timeline": [item["predictions"]["bookmark"] for item in items],
        "score": [item["predictions"]["bookmark"] for item in scored["items"]],
        "event": client.post("/events", json={"events": [event]}).status_code,
        "openapi": list(
            client.get("/openapi.json").json()["components"]["schemas"]["Predictions"]["properties"]
        ),
        "presets": client.get("/products").text,
    }
Path(sys.argv[3]).write_text(json.dumps(found))
"""


def insert(path: Path, before: str, row: str) -> None:
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, row + before))


def test_a_new_action_needs_one_row_and_its_head_another(tiny_data: Path, tmp_path: Path) -> None:
    tree, data, found = tmp_path / "tree", tmp_path / "data", tmp_path / "found.json"
    for room in ("app", "ml", "datagen"):
        shutil.copytree(
            ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    shutil.copytree(tiny_data, data)
    insert(tree / "ml/actions.py", "\n    about: About\n", ACTION)
    insert(tree / "ml/heads.py", ")\nNAMES: Final", HEAD)
    (tree / "run.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "run.py", str(data), str(tmp_path / "artifacts"), str(found)],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answer = json.loads(found.read_text())
    assert answer["timeline"]
    assert answer["score"]
    assert all(0 < p < 1 for p in answer["timeline"] + answer["score"])
    assert answer["counted"] > 0
    assert answer["head"]
    assert answer["event"] < 300
    assert "bookmark" in answer["openapi"]
    assert "bookmark" in answer["presets"]
