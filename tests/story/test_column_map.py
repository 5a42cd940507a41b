"""Tables with other names are imported by a map, without a script."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from app.cli.main import foryou
from app.main import create_app
from app.settings import Settings
from evaluation.__main__ import main as evaluation
from ml import bundle
from ml.__main__ import main
from ml.bundle import state_map
from ml.dataset.column_map import ColumnMap
from ml.dataset.tables import Tables
from ml.dataset.validation import validate
from ml.errors import DataError
from ml.training.freshness import reason_to_train
from tests.few_rows import reads

MAP = """
[users]
user_id = "userId"

[tweets]
tweet_id = "movieId"
text = "title"
hashtags = "genres"
nsfw = 0

[interactions]
user_id = "userId"
tweet_id = "movieId"
created_at = "timestamp"
action = "like"
keep = "rating >= 4"
"""
RATINGS = """
[users]
file = "ratings.csv"
distinct = true
user_id = "userId"

[tweets]
file = "movies.csv"
tweet_id = "movieId"
text = "title"
topic = { constant = "films" }

[interactions]
file = "ratings.csv"
user_id = "userId"
tweet_id = "movieId"
created_at = "timestamp"
action = "like"
keep = "rating >= 4"
"""


@pytest.fixture
def movielens(tmp_path: Path) -> Path:
    """Ratings under other names, as a public dataset has them."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "users.csv").write_text("userId\n1\n2\n3\n")
    (folder / "tweets.csv").write_text(
        "movieId,title,genres\n1,Toy Story (1995),Adventure|Animation\n2,Jumanji (1995),Adventure\n"
    )
    (folder / "interactions.csv").write_text(
        "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n2,2,0.5,964981247\n"
    )
    return folder


@pytest.fixture
def mapped(tmp_path: Path) -> Path:
    path = tmp_path / "map.toml"
    path.write_text(MAP)
    return path


def test_ratings_become_engagements_and_impressions(movielens: Path, mapped: Path) -> None:
    found = validate(movielens, ColumnMap.read(mapped))
    assert not found.problems(rejecting=False)
    tables = Tables.of(found)
    liked = tables.interactions.select("user_id", "action", "tweet_id", "created_at")
    assert liked.rows() == [(1, "like", 1, 964982703)]
    shown = tables.impressions.select("user_id", "tweet_id", "created_at")
    assert shown.rows() == [(1, 1, 964982703), (2, 2, 964981247)]  # what was liked was seen, too
    assert tables.tweets["author_id"].to_list() == [None, None]
    assert tables.tweets["text"].to_list() == ["Toy Story (1995)", "Jumanji (1995)"]
    assert tables.tweets["hashtags"].to_list() == [["Adventure", "Animation"], ["Adventure"]]
    assert tables.tweets["nsfw"].to_list() == [False, False]


def test_parquet_is_mapped_as_csv_is(movielens: Path, mapped: Path) -> None:
    csv = Tables.of(validate(movielens, ColumnMap.read(mapped)))
    for path in movielens.glob("*.csv"):
        pl.read_csv(path).write_parquet(path.with_suffix(".parquet"))
        path.unlink()
    frame = pl.read_parquet(movielens / "tweets.parquet")
    frame.with_columns(pl.col("genres").str.split("|")).write_parquet(movielens / "tweets.parquet")
    parquet = Tables.of(validate(movielens, ColumnMap.read(mapped)))
    for name in ("users", "tweets", "interactions", "impressions"):
        assert getattr(parquet, name).equals(getattr(csv, name))


def test_check_names_every_column_that_it_did_not_use(
    movielens: Path, mapped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapped.write_text(MAP.replace('hashtags = "genres"\n', ""))
    printed = reads(capsys, "check", str(movielens), "--map", str(mapped))
    assert "tweets.csv: genres not read" in printed
    assert "2 have no author" in printed
    assert CliRunner().invoke(
        foryou, ["check", str(movielens), "--map", str(mapped)]
    ).output.startswith(f"{movielens} can be read")  # fmt: skip


def test_one_file_may_be_two_tables(
    movielens: Path, mapped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (movielens / "interactions.csv").rename(movielens / "ratings.csv")
    (movielens / "tweets.csv").rename(movielens / "movies.csv")
    (movielens / "users.csv").unlink()
    with (movielens / "ratings.csv").open("a") as file:
        file.write("2,1,5.0,964981300\n")
    mapped.write_text(RATINGS)
    printed = reads(capsys, "check", str(movielens), "--map", str(mapped))
    assert "movies.csv: genres not read" in printed
    assert "ratings.csv" not in printed  # all of whose columns were used by one of the two
    tables = Tables.of(validate(movielens, ColumnMap.read(mapped)))
    assert tables.users["user_id"].to_list() == [1, 2]
    assert tables.tweets["topic"].to_list() == ["films", "films"]


def test_a_fault_is_named_as_the_file_has_it(
    movielens: Path, mapped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By their column, and by the row of the file, not of the rows that were kept."""
    with (movielens / "interactions.csv").open("a") as file:
        file.write("3,9,4.5,964982703\n")
    assert main(["check", str(movielens), "--map", str(mapped)]) == 2
    printed = capsys.readouterr().err
    assert "interactions.csv: column 'tweet_id' ('movieId' there): not in tweets" in printed
    assert "first '9' (row 3)" in printed
    rejects = tmp_path / "rejects"
    check = ["check", str(movielens), "--map", str(mapped), "--rejects", str(rejects)]
    reads(capsys, *check)
    assert pl.read_csv(rejects / "interactions.csv")["tweet_id"].to_list() == [9]
    assert pl.read_csv(rejects / "impressions.csv")["tweet_id"].to_list() == [9]


BAD = {
    "no table": ("[movies]\nx = 'y'\n", "'movies' is no table; expected [users], [tweets]"),
    "no column of ours": ("[users]\nuserid = 'userId'\n", "[users] has no column 'userid'"),
    "no column of theirs": (
        MAP.replace('"title"', '"titel"'),
        "tweets.csv has no column 'titel', which the map names; it has 'movieId', 'title'",
    ),
    "no file": (MAP.replace("[users]", "[users]\nfile = 'people.csv'"), "there is no file"),
    "another format": (MAP.replace("[users]", "[users]\nfile = 'u.data'"), "neither .csv nor"),
    "no threshold": (MAP.replace("rating >= 4", "rating about 4"), "is no threshold"),
    "no number": (MAP.replace("rating >= 4", "userId >= x"), "is no threshold"),
    "no TOML": ("users = {", "not TOML"),
    "keep of users": (MAP.replace("[users]", "[users]\nkeep = 'a > 1'"), "nothing to keep"),
    "no action": (
        MAP.replace('"like"', '{ column = "rating", values = { fav = "lick" } }'),
        "action: 'fav' is renamed to 'lick'; expected one of like retweet",
    ),
    "no values": (MAP.replace('"like"', "{ values = {} }"), "values = {} renames nothing"),
    "values of ids": (
        MAP.replace('"movieId"', '{ column = "movieId", values = { a = "b" } }', 1),
        "its values cannot be renamed",
    ),
    "no constant": (MAP.replace("nsfw = 0", "nsfw = [1, 2]"), "neither a column nor a constant"),
}


@pytest.mark.parametrize(("text", "expected"), BAD.values(), ids=BAD)
def test_a_bad_map_is_one_sentence(
    movielens: Path,
    mapped: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    expected: str,
) -> None:
    mapped.write_text(text)
    out = str(tmp_path / "out")
    for command in (["check", str(movielens)], ["train", "--data", str(movielens), "--out", out]):
        assert main([*command, "--map", str(mapped)]) == 2
        printed = capsys.readouterr().err
        assert expected in printed
        assert all(line.startswith("error: ") for line in printed.splitlines())


def test_a_rating_that_is_no_number_is_named(movielens: Path, mapped: Path) -> None:
    with (movielens / "interactions.csv").open("a") as file:
        file.write("3,1,,964982703\n")
    (problem,) = validate(movielens, ColumnMap.read(mapped)).problems(rejecting=False)
    assert "column 'rating': None (row 3) is no number, in 1 of 3 rows" in problem


def test_a_map_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        ColumnMap.read(tmp_path / "map.toml")


def test_mapped_ratings_are_trained_on_judged_and_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From other people's files to a feed; the state remembers the map for every later start."""
    data, out, path = tmp_path / "data", tmp_path / "artifacts", tmp_path / "map.toml"
    data.mkdir()
    chance = np.random.default_rng(0)
    films = 40
    pl.DataFrame(
        {
            "movieId": range(films),
            "title": [f"{'war' if n % 2 else 'love'} story {n}" for n in range(films)],
        }
    ).write_csv(data / "movies.csv")
    user, film = np.divmod(chance.permutation(60 * films)[: 30 * films], films)
    rating = np.where((user % 2 == film % 2) ^ (chance.random(len(user)) < 0.2), 4.5, 2.0)
    at = 1_700_000_000 + np.arange(len(user)) * 600
    pl.DataFrame({"userId": user, "movieId": film, "rating": rating, "timestamp": at}).write_csv(
        data / "ratings.csv"
    )
    with (data / "ratings.csv").open("a") as file:
        file.write("7,404,4.5,1700000000\n")  # of a film that there is not
    path.write_text(RATINGS)
    train = ["train", "--data", str(data), "--map", str(path), "--out", str(out)]
    assert main(train) == 2
    train += ["--rejects", str(tmp_path / "rejects")]
    assert main(train) == 0
    trained = bundle.load(out)
    assert trained is not None
    assert trained.manifest.heads["like"].positives > 100
    column_map = state_map(out)
    assert column_map == ColumnMap.read(path)
    assert reason_to_train(data, out, column_map) is None
    settings = Settings(artifacts=out, data_dir=data, log=tmp_path / "log.db", log_level="error")
    with TestClient(create_app(settings)) as client:
        assert client.get("/timeline/7").json()["items"]
    mapped = ["--map", str(path)]
    judge = ["--data", str(data), "--artifacts", str(out), "--no-ablation"]
    assert evaluation([*judge, *mapped]) == 0
    report = json.loads((out / "report" / "report.json").read_text())
    assert report["metrics"]["for_you"]["recall@20"]["value"] > 0
    assert evaluation(["describe", str(data), *mapped, *train[-2:]]) == 0
    assert evaluation(judge) == 0  # by the map of the training, without what it set aside
    assert evaluation(judge[2:]) == 0  # and on its data
    path.write_text(RATINGS.replace(">= 4", ">= 3"))
    capsys.readouterr()
    assert evaluation([*judge, *mapped]) == 2
    assert f"read by a column map; {data}, read by {path}, is not that" in (capsys.readouterr().err)
    assert reason_to_train(data, out, ColumnMap.read(path)) is not None


def test_a_column_may_be_named_as_a_constant_is(movielens: Path) -> None:
    """And a constant may be of any kind."""
    (movielens / "interactions.csv").write_text("who,like,what\n1,reply,1\n2,like,2\n")
    text = """
    [users]
    user_id = "userId"
    sensitive_ok = true
    interests = ["music", "books"]
    created_at = 2026-02-25

    [tweets]
    tweet_id = "movieId"

    [interactions]
    user_id = "who"
    tweet_id = "what"
    action = { column = "like" }
    split = "train"
    """
    tables = Tables.of(validate(movielens, ColumnMap.parse(text)))
    assert tables.interactions["action"].to_list() == ["reply", "like"]
    assert tables.interactions["split"].to_list() == ["train", "train"]
    (user, *_) = tables.users.select("sensitive_ok", "interests", "created_at").rows()
    assert user == (True, ["music", "books"], 1_771_977_600)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_other_words_for_actions_are_renamed(movielens: Path, suffix: str) -> None:
    """By their texts or numbers; a word that nobody named is refused by its name."""
    path = movielens / f"interactions{suffix}"
    (movielens / "interactions.csv").unlink()
    rows = pl.DataFrame({"userId": [1, 2, 3], "movieId": [1, 2, 1], "kind": [1, 2, 7]})
    words = '{ column = "kind", values = { 1 = "like", 2 = "retweet", 7 = "not_interested" } }'
    text = MAP.replace('keep = "rating >= 4"', "").replace('created_at = "timestamp"', "")
    text = text.replace('"like"', words)
    rows.write_csv(path) if suffix == ".csv" else rows.write_parquet(path)
    found = validate(movielens, ColumnMap.parse(text))
    assert not found.problems(rejecting=False)
    done = Tables.of(found).interactions["action"]
    assert done.to_list() == ["like", "retweet", "not_interested"]
    unnamed = text.replace(', 7 = "not_interested"', "")
    (problem,) = validate(movielens, ColumnMap.parse(unnamed)).problems(rejecting=False)
    assert "column 'action' ('kind' there): unknown action, in 1 of 3 rows, first '7'" in problem
    assert "a column map (--map) renames other words: action = { column" in problem


def test_what_is_true_is_renamed(movielens: Path) -> None:
    text = MAP.replace("nsfw = 0", 'nsfw = { column = "genres", values = { Adventure = true } }')
    text = text.replace('hashtags = "genres"', "")
    (movielens / "tweets.csv").write_text("movieId,title,genres\n1,a,Adventure\n2,b,false\n")
    tables = Tables.of(validate(movielens, ColumnMap.parse(text)))
    assert tables.tweets["nsfw"].to_list() == [True, False]
