"""What lies in the future is named, and can be set aside."""

from __future__ import annotations

import time
from pathlib import Path

import polars as pl
import pytest

from ml.dataset import tables
from ml.dataset.validation import validate
from tests.few_rows import reads

YEARS = 30 * 365 * 86_400


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Ten tweets of the last hours, of which the first is 30 years ahead, and a like of each."""
    folder, now = tmp_path / "data", int(time.time())
    folder.mkdir()
    ids = list(range(100, 110))
    written = [now + YEARS, *(now - 600 * n for n in range(1, 9)), now + 200]
    pl.DataFrame({"user_id": [1, 2]}).write_csv(folder / "users.csv")
    pl.DataFrame({"tweet_id": ids, "author_id": 1, "created_at": written}).write_csv(
        folder / "tweets.csv"
    )
    likes = {"user_id": 2, "action": "like", "tweet_id": ids, "created_at": now - 60}
    pl.DataFrame(likes).write_csv(folder / "interactions.csv")
    return folder


def test_check_names_what_lies_in_the_future(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = reads(capsys, "check", str(data))
    (line,) = (one for one in told.splitlines() if "in the future" in one)
    assert "tweets: column 'created_at': more than 300 s in the future, in 1 of 10 rows" in line
    assert "(row 1)" in line
    assert len(tables.read(data).tweets) == 10


def test_it_can_be_set_aside_with_all_that_refers_to_it(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rejects = tmp_path / "rejects"
    told = reads(capsys, "check", str(data), "--rejects", str(rejects))
    assert pl.read_csv(rejects / "tweets.csv")["tweet_id"].to_list() == [100]
    assert pl.read_csv(rejects / "interactions.csv")["tweet_id"].to_list() == [100]
    assert "in the future" in pl.read_csv(rejects / "tweets.csv")["reason"][0]
    assert "tweets.created_at" in told


def test_the_clocks_that_wrote_the_data_may_be_five_minutes_ahead(data: Path) -> None:
    newest = tables.read(data).tweets["created_at"].sort()[-2]
    for now, found in ((newest - 300, 1), (newest - 301, 2)):
        assert len(validate(data, now=now).tables["tweets"].rejected()) == found
