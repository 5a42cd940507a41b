"""The tables are what they say, and say no more than they should."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from ml.actions import BY_LABEL, ON_TWEETS
from ml.schema import TABLES, Kind, Table
from tests.unit.datagen.conftest import Planted

TYPES = {
    Kind.ID: (pl.Int64,),
    Kind.EVENT_ID: (pl.Int64,),
    Kind.TIME: (pl.Datetime("ms", "UTC"),),
    Kind.TEXT: (pl.String,),
    Kind.WORDS: (pl.List(pl.String),),
    Kind.FLAG: (pl.Boolean,),
    Kind.NUMBER: (pl.Int32, pl.Float64),
    Kind.ACTION: (pl.String,),
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_one_of_the_schema_with_its_type(planted: Planted, table: Table) -> None:
    fields = {field.name: field for field in table.fields}
    written = planted.tables[table.name]
    assert set(written.columns) <= set(fields), "nothing hidden may leak into a table"
    for name, kind in written.schema.items():
        assert kind in TYPES[fields[name].kind], name
        assert fields[name].nullable or not written[name].null_count(), name


def test_ids_are_unique_and_none_dangles(planted: Planted) -> None:
    users, tweets = planted.tables["users"]["user_id"], planted.tables["tweets"]["tweet_id"]
    assert users.is_unique().all()
    assert tweets.is_unique().all()
    for table, column, known in (
        ("tweets", "author_id", users),
        ("tweets", "in_reply_to_id", tweets),
        ("tweets", "conversation_id", tweets),
        ("follows", "follower_id", users),
        ("follows", "followee_id", users),
        ("interactions", "user_id", users),
        ("interactions", "tweet_id", tweets),
        ("interactions", "target_user_id", users),
        ("impressions", "user_id", users),
        ("impressions", "tweet_id", tweets),
    ):
        assert planted.tables[table][column].drop_nulls().is_in(known.implode()).all(), column
    assert planted.tables["interactions"]["event_id"].is_unique().all()


def test_nobody_follows_themselves_or_the_same_person_twice(planted: Planted) -> None:
    acts = planted.tables["interactions"].filter(pl.col("action") == "follow")
    made = acts.select(follower_id="user_id", followee_id="target_user_id")
    follows = pl.concat([planted.tables["follows"].drop("created_at"), made])
    assert follows.filter(pl.col("follower_id") == pl.col("followee_id")).is_empty()
    assert follows.is_unique().all()


def test_every_act_names_its_tweet_and_acts_on_people_name_the_person(planted: Planted) -> None:
    acts = planted.tables["interactions"]
    on_tweets = [action.label for action in ON_TWEETS]
    assert acts["action"].is_in(list(BY_LABEL)).all()
    assert acts["tweet_id"].null_count() == 0
    assert (acts["target_user_id"].is_null() == acts["action"].is_in(on_tweets)).all()


def test_nothing_is_shown_before_it_is_written_or_after_the_end(planted: Planted) -> None:
    created = planted.world.tweets.created[planted.tweet]
    assert (planted.at >= created).all()
    assert (planted.at < planted.world.parameters.until).all()
    assert (np.diff(planted.at) >= 0).all()


def test_nobody_is_shown_what_they_wrote_or_acted_on(planted: Planted) -> None:
    assert (planted.world.tweets.author[planted.tweet] != planted.user).all()
    acted = planted.tables["interactions"].select("user_id", "tweet_id", acted_at="created_at")
    again = planted.tables["impressions"].join(acted, on=["user_id", "tweet_id"])
    assert again.filter(pl.col("created_at") > pl.col("acted_at")).is_empty()


def test_muted_and_blocked_authors_are_not_shown_again(planted: Planted) -> None:
    acts = planted.tables["interactions"].filter(pl.col("action").is_in(["mute", "block"]))
    cut = acts.select("user_id", author_id="target_user_id", cut_at="created_at")
    authors = planted.tables["tweets"].select("tweet_id", "author_id")
    shown = planted.tables["impressions"].join(authors, on="tweet_id")
    later = shown.join(cut, on=["user_id", "author_id"])
    assert later.height > 0
    assert later.filter(pl.col("created_at") > pl.col("cut_at")).is_empty()


def test_a_page_has_one_tweet_per_position_and_time_passes_down_the_page(planted: Planted) -> None:
    pages = planted.tables["impressions"].sort("request_id", "position")
    assert pages.select("request_id", "position").is_unique().all()
    passed = pages.select(pl.col("created_at").diff().over("request_id")).to_series().drop_nulls()
    assert passed.dt.total_seconds().is_between(1, 60).all()
    assert pages["propensity"].is_between(0.0, 1.0, closed="right").all()


def test_a_conversation_begins_with_its_first_tweet(planted: Planted) -> None:
    tweets = planted.tables["tweets"]
    replies = tweets.filter(pl.col("in_reply_to_id").is_not_null())
    assert 0.05 < replies.height / tweets.height < 0.2
    parents = tweets.select(in_reply_to_id="tweet_id", above="conversation_id")
    joined = replies.join(parents, on="in_reply_to_id")
    assert (joined["conversation_id"] == joined["above"]).all()
    assert (replies["in_reply_to_id"] < replies["tweet_id"]).all()


def test_some_users_declare_no_interests_and_others_only_some(planted: Planted) -> None:
    declared = planted.tables["users"]["interests"].list.len()
    assert 0 < (declared == 0).sum() < planted.tables["users"].height / 3
    assert declared.mean() < (planted.world.users.taste > 0.5).sum(axis=1).mean()


def test_moderators_label_some_tweets_and_not_others(planted: Planted) -> None:
    for label in ("nsfw", "toxic"):
        column = planted.tables["tweets"][label]
        assert 0.4 < column.null_count() / len(column) < 0.6
        assert column.any()
