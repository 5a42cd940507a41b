"""The recipe for other people's tables is true."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from urllib.parse import unquote

from ml import ids
from ml.dataset.column_map import ColumnMap
from ml.dataset.validation import validate

TEXT = (Path(__file__).parents[2] / "docs" / "how-to" / "your-data.md").read_text(encoding="utf-8")
TOML = [dedent(one) for one in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)]


def test_the_map_of_the_recipe_reads_ratings(tmp_path: Path) -> None:
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n1,Toy Story (1995),Adventure\n")
    (tmp_path / "ratings.csv").write_text(
        "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n2,1,0.5,964981247\n"
    )
    written = TOML[0]
    found = validate(tmp_path, ColumnMap.parse(written))
    assert not found.problems(rejecting=False)
    assert [len(table.used) for table in found.tables.values()] == [2, 1, 1, 2]


def test_the_values_of_the_recipe_are_renamed(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("user_id\n1\n")
    (tmp_path / "tweets.csv").write_text("tweet_id,author_id\n1,1\n")
    (tmp_path / "interactions.csv").write_text(
        "user_id,kind,tweet_id\n1,fav,1\n1,boost,1\n1,reply,1\n"
    )
    found = validate(tmp_path, ColumnMap.parse(TOML[1]))
    assert not found.problems(rejecting=False)
    actions = found.tables["interactions"].used["action"]
    assert actions.to_list() == ["like", "retweet", "reply"]


def test_the_ids_of_the_recipe_are_ids() -> None:
    (path,) = re.findall(r"localhost:8000/timeline/(\S+)\"", TEXT)
    assert ids.is_id(unquote(path))
    assert f"`{unquote(path)}`" in TEXT
    assert f"1 to {ids.MAX_LENGTH} printable" in TEXT
    assert f"1 to {ids.MAX_EVENT_ID_LENGTH} characters" in TEXT
